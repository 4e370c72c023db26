import type { LayersModel } from '@tensorflow/tfjs';
import type { KeepsInside, SampleShape } from '../layers/custom-layer';

/** Memory of a network in bytes, reckoned from its layers' shapes; float32 throughout. */
export interface NetworkMemory {
  /** Numbers that training changes or that are fixed in the file. */
  readonly parameters: number;
  readonly weightBytes: number;
  /** What Adam keeps: two moments of each weight. */
  readonly optimizerBytes: number;
  /** Of the weights, in a step. */
  readonly gradientBytes: number;
  /** Inputs and outputs of layers that a step keeps until its gradient is reckoned. */
  readonly activationBytes: number;
  /** Gradients by the largest activations, which live beside them. */
  readonly backwardBytes: number;
  /** The sum: a step of training. Objectives are not in it. */
  readonly trainingBytes: number;
  /** Weights, and what the widest moment of a prediction keeps, skip connections included. */
  readonly predictionBytes: number;
}

/** Predicts what a model needs. It has been built, so its weights are allocated, and nothing else. */
export function memoryOfNetwork(model: LayersModel, batch = 1): NetworkMemory {
  const parameters = model.countParams();
  let [kept, largest] = [0, 0];
  for (const layer of model.layers) {
    const output = elements(shapeOf(layer.outputShape));
    // Reshaping shares memory.
    const own = layer.getClassName() === 'Reshape' ? 0 : output;
    kept += own + insideOf(layer as Partial<KeepsInside>, inputShapes(layer));
    largest = Math.max(largest, output);
  }
  const floats = 4 * batch;
  const weightBytes = 4 * parameters;
  const activationBytes = floats * kept;
  // The gradient by a layer's output, by its input, and by a skip connection that waits.
  const backwardBytes = floats * 3 * largest;
  return {
    parameters,
    weightBytes,
    optimizerBytes: 2 * weightBytes,
    gradientBytes: weightBytes,
    activationBytes,
    backwardBytes,
    trainingBytes: 4 * weightBytes + activationBytes + backwardBytes,
    predictionBytes: weightBytes + floats * widestMoment(model),
  };
}

type Layer = LayersModel['layers'][number];

/** Floats per sample that are alive at once where each output lives until its last reader ends. */
function widestMoment(model: LayersModel): number {
  const lastReader = new Map<string, number>();
  for (const [index, layer] of model.layers.entries()) {
    for (const node of layer.inboundNodes) {
      for (const from of node.inboundLayers) lastReader.set(from.name, index);
    }
  }
  const freedAfter = new Map<number, number>();
  let [alive, widest] = [0, 0];
  for (const [index, layer] of model.layers.entries()) {
    const output = elements(shapeOf(layer.outputShape));
    alive += output;
    const inside = insideOf(layer as Partial<KeepsInside>, inputShapes(layer));
    widest = Math.max(widest, alive + inside);
    const last = lastReader.get(layer.name);
    if (last !== undefined) freedAfter.set(last, (freedAfter.get(last) ?? 0) + output);
    alive -= freedAfter.get(index) ?? 0;
  }
  return widest;
}

function insideOf(layer: Partial<KeepsInside>, inputs: readonly SampleShape[]): number {
  return layer.keptInside?.(inputs) ?? 0;
}

type Shape = readonly (number | null)[];

function inputShapes(layer: Layer): readonly SampleShape[] {
  return layer.inboundNodes.flatMap((node) =>
    (node.inputShapes as Shape[]).map((shape) => shape.slice(1).map((n) => n ?? 0)),
  );
}

function shapeOf(shape: Shape | readonly Shape[]): SampleShape {
  const first = Array.isArray(shape[0]) ? (shape[0] as Shape) : (shape as Shape);
  return first.slice(1).map((n) => n ?? 0);
}

function elements(shape: SampleShape): number {
  return shape.reduce((product, n) => product * n, 1);
}
