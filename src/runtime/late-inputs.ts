import { InternalError } from './internal-error';
import { type BufferId, wholeOf } from './ir/kernel-graph';
import type { Plan } from './ir/plan';
import { type PlaneArray, planeArrays } from './ir/values';

/** @throws InternalError where an array holds other elements than the buffer that it is for */
export function requireElements({ buffers }: Plan, buffer: BufferId, data: PlaneArray): void {
  const type = buffers[buffer]?.type ?? 'f32';
  if (data instanceof planeArrays[type]) return;
  throw new InternalError(
    `Buffer ${buffer} holds ${type}, and was given ${data.constructor.name}.`,
  );
}

/**
 * Planes of inputs that have memory only around the steps that read them: kept by whoever runs the plan,
 * and put there before each of those steps, in every run.
 */
export class LateInputs<Plane> {
  readonly #plan: Plan;
  readonly #planes = new Map<BufferId, Plane>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Whether an input comes late; all others are written at once. */
  has(buffer: BufferId): boolean {
    return this.#plan.arrivals.has(wholeOf(this.#plan.buffers, buffer));
  }

  /**
   * Keeps a plane until it is due.
   * @returns the plane that it takes the place of
   * @throws InternalError where it is larger than its buffer
   */
  keep(buffer: BufferId, plane: Plane, bytes: number): Plane | undefined {
    const size = 4 * (this.#plan.buffers[buffer]?.elements ?? 0);
    if (bytes > size) {
      throw new InternalError(`${bytes} bytes do not fit buffer ${buffer} of ${size}.`);
    }
    const before = this.#planes.get(buffer);
    this.#planes.set(buffer, plane);
    return before;
  }

  /** What is to be put in place before a step. */
  dueAt(step: number): readonly (readonly [buffer: BufferId, plane: Plane])[] {
    return [...this.#planes].filter(([buffer]) =>
      this.#plan.arrivals.get(wholeOf(this.#plan.buffers, buffer))?.includes(step),
    );
  }

  /** All that are kept. */
  planes(): Iterable<Plane> {
    return this.#planes.values();
  }
}
