import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs';
import { axisAlignedGrid, type Grid } from '../../src/imaging/grid';
import { uniformStream } from '../../src/imaging/phantoms/random';
import type { TrainingPair } from '../../src/runtime/api/data-kinds/dataset';
import type { NetworkValue } from '../../src/runtime/api/data-kinds/network';
import type { Device } from '../../src/runtime/devices';
import type { NetworkTask } from '../../src/runtime/networks/architectures/architecture';
import { architectures } from '../../src/runtime/networks/architectures/index';
import { createFieldOps, type FieldOps } from '../../src/runtime/networks/field-ops';
import { type ModelOnDevice, modelOnDevice } from '../../src/runtime/networks/model-on-device';
import { networkOnDevice } from '../../src/runtime/networks/network-on-device';
import { objectiveAsTensorOp } from '../../src/runtime/networks/tensor-op';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';
import { compileFor, wiredObjectives } from './network';

/** A network whose loss is followed along lines through its weights. */
export interface FollowedNetwork {
  readonly architecture: string;
  readonly settings: unknown;
  /** x, y, z; 1 for a slice. */
  readonly sizeVoxels: readonly [number, number, number];
  /** Lines that are followed; the weights are dealt out to them. 2 if absent. */
  readonly lines?: number;
  /** How far a weight goes to either side, in shares of what it usually is. 0.0015 if absent. */
  readonly stride?: number;
}

/** What following them shows. */
export interface FollowedGradient {
  /** Of each line: |central difference − what the gradient says| / Σ |what it says of each weight|. */
  readonly errors: readonly number[];
  /** Of how many weights, of how many in all, the loss does not depend at all. */
  readonly idle: number;
  readonly weights: number;
}

const spacing = [1.5, 1, 2] as const;
/** Of the field, in voxels. The moving image reaches further than that beyond the fixed one. */
const [largestVoxels, marginVoxels] = [2.5, 4];

/**
 * Holds ∂loss/∂weights, through objective, warp, what becomes of the field, and network, against central
 * differences of the loss, along lines on which many weights move at once.
 *
 * Activations and pooling have kinks, thousands of them, and a line of any useful length crosses some: one slope in
 * the middle is then not what a difference sees. But a loss with kinks is still the integral of its slope,
 * (L(w + d) − L(w − d)) / 2 = ½ ∫₋₁¹ ∇L(w + t·d)·d dt, here by Gauss's rule of three points, which also holds for what
 * bends. Where the loss jumps no gradient knows of it, so there are no jumps: the field is scaled so that no sample leaves the moving
 * image, which reaches beyond the fixed one. Images that are compared are smooth, those that the network sees are not.
 *
 * Each line leans towards the gradient, weight by weight, and steps are such that the weights of a line
 * have about equal shares in its difference: what is wrong in one of n shows as 1/n.
 */
export function followLoss(
  tf: TensorFlow,
  variables: readonly Variable[],
  loss: () => Scalar,
  drawn: Draw,
  { lines = 2, stride = 0.0015 }: Pick<FollowedNetwork, 'lines' | 'stride'> = {},
): FollowedGradient {
  const lossNow = () => tf.tidy(() => loss().dataSync()[0] ?? 0);
  const gradient = () => {
    const { value: unused, grads } = tf.variableGrads(loss, [...variables]);
    unused.dispose();
    return variables.map(({ name }) => grads[name] as Tensor);
  };
  const start = variables.map((variable) => variable.clone());
  const here = gradient();
  const steps = stepsOf(tf, start, here, { stride, drawn });
  const errors = Array.from({ length: lines }, (_, line) => {
    const mine = (index: number) => index % lines === line;
    const go = (t: number) =>
      tf.tidy(() => {
        for (const [index, variable] of variables.entries()) {
          if (mine(index)) variable.assign(start[index]!.add(steps[index]!.mul(t)));
        }
      });
    const slopes = (gradients: readonly Tensor[]) =>
      gradients.map((g, index) => (mine(index) ? product(tf, g, steps[index]!) : 0));
    const at = (t: number) => {
      go(t);
      return tf.tidy(() => slopes(gradient()));
    };
    const [before, , after] = [-1, 0, 1].map((t) => {
      go(t);
      return t === 0 ? 0 : lossNow();
    }) as [number, number, number];
    const points = [at(-Math.sqrt(0.6)), slopes(here), at(Math.sqrt(0.6))];
    go(0);
    const said = points[0]!.map(
      (_v, i) => (5 * points[0]![i]! + 8 * points[1]![i]! + 5 * points[2]![i]!) / 18,
    );
    const sum = said.reduce((a, b) => a + b);
    return Math.abs((after - before) / 2 - sum) / said.reduce((a, b) => a + Math.abs(b), 0);
  });
  const idle = steps.filter((step, i) => Math.abs(product(tf, here[i]!, step)) < 1e-9).length;
  return { errors, idle, weights: variables.length };
}

/** Takes weights off their first values: a field of nearly 0 tells nothing of the layers before, a unit that rests learns nothing. */
export function unsettle(tf: TensorFlow, variables: readonly Variable[], drawn: Draw): void {
  for (const variable of variables) {
    tf.tidy(() => {
      const shift = variable.rank === 1 ? 0.15 : 0;
      variable.assign(variable.clipByValue(-1, 1).add(drawn(variable).mul(0.2)).add(shift));
    });
  }
}

/** Numbers from −1 to 1 in the shape of a tensor, others in each call. */
export type Draw = (like: Tensor) => Tensor;

export function drawNumbers(tf: TensorFlow): Draw {
  const random = uniformStream(4);
  return ({ shape }: Tensor) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length }, () => 2 * random() - 1),
      shape,
    );
  };
}

/**
 * Follows the loss of a network: of one that registers through warp and objective, images of noise being seen and smooth ones compared; of
 * any other of the squares by which what it gives is off 0.3.
 */
export async function followGradient(
  tf: TensorFlow,
  device: Device,
  { architecture, settings, sizeVoxels, ...options }: FollowedNetwork,
): Promise<FollowedGradient> {
  const { fixedGrid, movingGrid } = grids(sizeVoxels);
  const fields = createFieldOps(tf, device);
  const network: NetworkValue = {
    ...{ kind: 'network', architecture, seed: 1 },
    settings: settings as NetworkValue['settings'],
  };
  const pair = { fixed: noise(fixedGrid, 1), moving: noise(fixedGrid, 2) };
  const task = architectures.get(architecture)?.task ?? 'register';
  const opened = await (task === 'register'
    ? registering(tf, device, { fields, network, pair, fixedGrid, movingGrid })
    : seeing(tf, { fields, network, pair, fixedGrid, task }));
  tf.engine().startScope();
  const variables = opened.trainable.map(({ variable }) => variable);
  const drawn = drawNumbers(tf);
  unsettle(tf, variables, drawn);
  const found = followLoss(tf, variables, opened.begin(), drawn, options);
  tf.engine().endScope();
  opened.dispose();
  fields.destroy();
  return found;
}

/** What is followed: `begin` gives the loss, once weights are where they stay. */
interface Opened extends Pick<ModelOnDevice, 'trainable' | 'dispose'> {
  begin(): () => Scalar;
}

interface Opening {
  readonly fields: FieldOps;
  readonly network: NetworkValue;
  readonly pair: Pick<TrainingPair, 'fixed' | 'moving'>;
  readonly fixedGrid: Grid;
}

async function registering(
  tf: TensorFlow,
  device: Device,
  { fields, network, pair, fixedGrid, movingGrid }: Opening & { readonly movingGrid: Grid },
): Promise<Opened> {
  const built = networkOnDevice(tf, fields, network, fixedGrid);
  const objective = await objectiveAsTensorOp(
    tf,
    compileFor({ fixedGrid, movingGrid }, wiredObjectives(), built),
    device,
  );
  objective.setImages(waves(fixedGrid, 1), waves(movingGrid, 2));
  return {
    trainable: built.trainable,
    begin() {
      const largest = tf.tidy(() => built.displacement(pair, true).abs().max().dataSync()[0] ?? 0);
      const edges = built.axes.map((axis) => ((spacing[axis] ?? 1) * largestVoxels) / largest);
      const toMm = tf.tensor1d(edges);
      return () => {
        const { displacement, localWeight } = built.estimate(pair, { learns: true });
        return objective.loss(displacement.mul(toMm), localWeight);
      };
    },
    dispose() {
      built.dispose();
      objective.destroy();
    },
  };
}

async function seeing(
  tf: TensorFlow,
  { fields, network, pair, fixedGrid, task }: Opening & { readonly task: NetworkTask },
): Promise<Opened> {
  const model = modelOnDevice(tf, fields, network, fixedGrid, task);
  const shape = [1, ...[...model.sizeVoxels].reverse(), 1];
  return {
    trainable: model.trainable,
    begin() {
      const all = [pair.moving, pair.fixed].map((image) => tf.tensor(image, shape));
      const inputs = all.slice(0, model.built.model.inputs.length);
      // All that it says, so that every head has its share.
      return () =>
        model
          .outputs(inputs, true)
          .map((output) => output.sub(0.3).square().mean())
          .reduce((a, b) => a.add(b)) as Scalar;
    },
    dispose: () => model.dispose(),
  };
}

/** How far each weight goes: along its gradient and across it, so far that half of them have equal shares. */
function stepsOf(
  tf: TensorFlow,
  start: readonly Tensor[],
  gradients: readonly Tensor[],
  { stride, drawn }: { readonly stride: number; readonly drawn: Draw },
): readonly Tensor[] {
  const usual = (t: Tensor) => Math.sqrt(tf.tidy(() => t.square().mean().dataSync()[0] ?? 0));
  const all = start.map((weight, index) => {
    const slope = gradients[index] as Tensor;
    const step = tf.tidy(() =>
      slope
        .div(usual(slope) + 1e-12)
        .add(drawn(weight).mul(0.5))
        .mul(stride * Math.max(usual(weight), 0.05)),
    );
    return { step, gain: Math.abs(product(tf, slope, step)) };
  });
  const gains = all.map(({ gain }) => gain).sort((a, b) => a - b);
  const enough = gains[Math.floor(gains.length / 2)] as number;
  return all.map(({ step, gain }) => step.mul(Math.min(1, enough / Math.max(gain, 1e-20))));
}

function product(tf: TensorFlow, a: Tensor, b: Tensor): number {
  return tf.tidy(() => a.mul(b).sum().dataSync()[0] ?? 0);
}

function grids(sizeVoxels: FollowedNetwork['sizeVoxels']) {
  const margin = sizeVoxels.map((n) => (n === 1 ? 0 : marginVoxels));
  type Triple = [number, number, number];
  return {
    fixedGrid: axisAlignedGrid([...sizeVoxels], [...spacing]),
    movingGrid: axisAlignedGrid(
      sizeVoxels.map((n, axis) => n + 2 * margin[axis]!) as Triple,
      [...spacing],
      margin.map((n, axis) => -n * spacing[axis]!) as Triple,
    ),
  };
}

/** Long waves about 0.5: where images are smooth, sampling between voxels hardly bends. */
export function waves({ sizeVoxels: [nx, ny, nz] }: Grid, phase: number): Float32Array {
  return Float32Array.from({ length: nx * ny * nz }, (_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    const across = Math.sin(0.5 * x + phase) + Math.sin(0.4 * y + 2 * phase);
    return 0.5 + 0.15 * (across + Math.sin(0.45 * z + 0.3 * x));
  });
}

export function noise({ sizeVoxels: [nx, ny, nz] }: Grid, seed: number): Float32Array {
  return Float32Array.from({ length: nx * ny * nz }, uniformStream(seed));
}
