import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';

/** A layer of TensorFlow.js. */
export type Layer = InstanceType<TensorFlow['layers']['Layer']>;

/** A shape without its batch: axes, then channels. */
export type SampleShape = readonly number[];

/** What a layer of ours is. It has weights or none; JSON settings are its topology in files. */
export interface CustomLayer {
  /** In files; unique among layers. */
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** The shape that comes of the inputs' shapes, all without a batch. */
  outputShape(inputs: readonly SampleShape[]): SampleShape;
  readonly weights?: readonly CustomWeight[];
  /** Composed of ops that have gradients; called in a tidy. Shapes have a batch. */
  compute(inputs: readonly Tensor[], weights: readonly Tensor[]): Tensor;
  /**
   * Floats per sample that a training step keeps beside the output, where ops in between make any.
   * 0 if absent.
   */
  keptInside?(inputs: readonly SampleShape[]): number;
}

/** A weight of a layer of ours. */
export interface CustomWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: ReturnType<TensorFlow['initializers']['zeros']>;
}

/** What a layer of ours tells about memory: floats per sample beside the output. */
export interface KeepsInside {
  keptInside(inputs: readonly SampleShape[]): number;
}

/**
 * Makes a layer of what it is. TensorFlow.js is loaded on need, so its class to extend is known at
 * run time only; files are read by architecture, not by class, so nothing is registered.
 */
export function customLayer(tf: TensorFlow, custom: CustomLayer): Layer & KeepsInside {
  class Custom extends tf.layers.Layer implements KeepsInside {
    static readonly className: string = custom.className;
    private held: readonly ReturnType<Layer['addWeight']>[] = [];

    override build(): void {
      this.held = (custom.weights ?? []).map(({ name, shape, initializer }) =>
        this.addWeight(name, [...shape], 'float32', initializer),
      );
      this.built = true;
    }

    override computeOutputShape(inputShape: Shapes): (number | null)[] {
      const inputs = shapesOf(inputShape);
      const batch = inputs[0]?.[0] ?? null;
      return [batch, ...custom.outputShape(inputs.map(withoutBatch))];
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      return tf.tidy(() =>
        custom.compute(
          list,
          this.held.map((weight) => weight.read()),
        ),
      );
    }

    override getConfig(): ReturnType<Layer['getConfig']> {
      return { ...super.getConfig(), ...structuredClone(custom.config) } as ReturnType<
        Layer['getConfig']
      >;
    }

    keptInside(inputs: readonly SampleShape[]): number {
      return custom.keptInside?.(inputs) ?? 0;
    }
  }
  return new Custom({ name: custom.name });
}

type Shape = (number | null)[];
type Shapes = Shape | Shape[];

function shapesOf(shapes: Shapes): readonly Shape[] {
  return Array.isArray(shapes[0]) ? (shapes as Shape[]) : [shapes as Shape];
}

function withoutBatch(shape: Shape): SampleShape {
  return shape.slice(1).map((n) => n ?? 0);
}
