import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { PhaseOptions } from '../compile/phases';
import type { Device } from '../devices';
import {
  type CompiledFieldProgram,
  compileFieldGradient,
  compileFieldProgram,
} from './compile-field-program';
import type { FieldProgram } from './field-programs';
import { openEvaluatorNow } from './open-evaluator';
import type { PlanEvaluator } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/** Where field programs are run. */
export interface FieldRunnerContext {
  readonly tf: TensorFlow;
  readonly device: Device;
  readonly options: PhaseOptions;
}

/** A program on a device: what it computes and its gradients, each compiled when first asked for. */
export class FieldRunner {
  readonly #context: FieldRunnerContext;
  readonly #program: FieldProgram;
  readonly #opened = new Map<string, OpenedProgram>();

  constructor(context: FieldRunnerContext, program: FieldProgram) {
    this.#context = context;
    this.#program = program;
  }

  /** @param inputs channels last, with a batch; samples with x fastest */
  value(inputs: readonly Tensor[]): Tensor {
    const opened = this.#open('value', (options) => compileFieldProgram(this.#program, options));
    return this.#run(opened, inputs)[0] as Tensor;
  }

  /**
   * Gradients of Σ cotangent · value in some inputs.
   * @param inputs as of `value`; undefined for those that are not read
   */
  gradient(
    withRespectTo: readonly number[],
    inputs: readonly (Tensor | undefined)[],
    cotangent: Tensor,
  ): Tensor[] {
    return this.#run(this.#gradient(withRespectTo), [...inputs, cotangent]);
  }

  destroy(): void {
    for (const { evaluator } of this.#opened.values()) evaluator.destroy();
    this.#opened.clear();
  }

  #gradient(withRespectTo: readonly number[]): OpenedProgram {
    return this.#open(`gradient ${withRespectTo}`, (options) =>
      compileFieldGradient(this.#program, withRespectTo, options),
    );
  }

  #open(key: string, compile: (options: PhaseOptions) => CompiledFieldProgram): OpenedProgram {
    let opened = this.#opened.get(key);
    if (!opened) {
      const { tf, device, options } = this.#context;
      const program = compile(options);
      opened = { program, evaluator: openEvaluatorNow(tf, program.plan, device) };
      this.#opened.set(key, opened);
    }
    return opened;
  }

  /** Runs a plan for each element of the batch: a plan has one grid. */
  #run({ program, evaluator }: OpenedProgram, inputs: readonly (Tensor | undefined)[]): Tensor[] {
    const { tf } = this.#context;
    const given = inputs.flatMap((tensor, place) => {
      const buffers = program.inputs[place] ?? [];
      return tensor && buffers.length > 0 ? [{ tensor, buffers }] : [];
    });
    return tf.tidy(() => {
      const batch = given[0]?.tensor.shape[0] ?? 1;
      const perElement = Array.from({ length: batch }, (_, element) =>
        evaluator.run(
          given.map(({ tensor, buffers }) => ({
            buffers,
            layout: 'channels-last',
            values: (batch === 1 ? tensor : tf.slice(tensor, element, 1)).reshape<Tensor2D>([
              -1,
              buffers.length,
            ]),
          })),
          program.outputs.map((buffers) => ({ buffers, layout: 'channels-last' })),
        ),
      );
      return program.outputs.map((_, place) => {
        const elements = perElement.map((values) => values[place] as Tensor2D);
        return batch === 1 ? (elements[0] as Tensor) : tf.stack(elements);
      });
    });
  }
}

interface OpenedProgram {
  readonly program: CompiledFieldProgram;
  readonly evaluator: PlanEvaluator;
}
