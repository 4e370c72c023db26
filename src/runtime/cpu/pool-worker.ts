import type { Plan } from '../ir/plan';
import { bindPlan } from './bound-plan';
import { type ControlBlock, RunAbandoned, RunControl, sharedWalker } from './control';
import { type CpuStorage, memoryOver } from './memory';
import { serveTensors, type TensorService } from './tensor-jobs';
import { walk } from './walk';

/** A thread of the pool as the device sees it; roots adapt Web Workers and Node's threads to it. */
export interface PoolThread {
  /**
   * Resolves once the thread's end would be noticed, or it has failed: only then is it given work,
   * which it hears nothing beside. Left out where that is so from the start.
   */
  readonly ready?: Promise<void>;
  post(message: ToPoolThread): void;
  /** Sets who hears the thread's answers; called once, before anything is posted. */
  onMessage(handler: (message: FromPoolThread) => void): void;
  /** Sets who hears that the thread could not start or has ended, whenever that is; called once. */
  onFailure(handler: (reason: string) => void): void;
  terminate(): void;
}

export type ToPoolThread = RunPart | ({ readonly kind: 'tensors' } & TensorService);

export interface RunPart {
  readonly kind: 'run';
  readonly plan: Plan;
  /** Shared with the other threads. */
  readonly storage: CpuStorage;
  readonly control: ControlBlock;
  readonly part: number;
  readonly parts: number;
}

export type FromPoolThread =
  | { readonly kind: 'finished' }
  /** It helps with tensors no more; nobody waits for that. */
  | { readonly kind: 'returned' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * What a pool thread does with a message: walk the plan with the others, then say so. Where it fails
 * it lets the others go, which then finish without having failed themselves.
 */
export function serveRun(message: ToPoolThread): FromPoolThread {
  if (message.kind === 'tensors') {
    serveTensors(message);
    return { kind: 'returned' };
  }
  try {
    const { plan, storage, control, part, parts } = message;
    const memory = memoryOver(plan, storage, { part });
    const dials = plan.dials.map((dial) =>
      memory.arrayOf((plan.buffersOfValue.get(dial.value) ?? [])[0] as never),
    );
    const walker = sharedWalker(control, { part, parts }, (index, value) => {
      const array = dials[index];
      if (array) array[0] = value;
    });
    for (const _ of walk(bindPlan(plan, memory), walker));
    return { kind: 'finished' };
  } catch (error) {
    if (error instanceof RunAbandoned) return { kind: 'finished' };
    new RunControl(message.control).abandon();
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
