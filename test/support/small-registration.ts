import { applyMatrix, type Vec3 } from '../../src/imaging/frames';
import type { Grid } from '../../src/imaging/grid';
import { headPhantom } from '../../src/imaging/phantoms/head';
import type { ImageVolume } from '../../src/imaging/volume';
import { nodeRegistry } from '../../src/nodes/index';
import type {
  ImageValue,
  MaskValue,
  TransformValue,
} from '../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../src/runtime/compile/graph-builder';
import { planProgram } from '../../src/runtime/compile/phases';
import type { Device, LoopOutcome, RunOptions } from '../../src/runtime/devices';
import { fieldType, type PlaneArray, type ValueId } from '../../src/runtime/ir/values';
import { imageOn, lowerNode } from '../unit/nodes/lowering';
import { brightestIn, deformImage, type KnownTransform } from './known-truth';
import { quietRun, readResults, writeInputs } from './run-gpu';
import type { CaseInputs } from './run-graph';
import type { SmallProgram } from './run-op';

/** Voxels by which the moving image reaches beyond the fixed one: no point of it leads outside. */
const marginVoxels = 6;

/**
 * A generated head, brightest voxels 1, and the middle of the same head seen through a known map, on
 * `sizeVoxels`.
 */
export function knownPair(
  sizeVoxels: Vec3,
  truth: (head: ImageVolume) => KnownTransform,
): { readonly fixed: ImageVolume; readonly moving: ImageVolume; readonly truth: KnownTransform } {
  const { image } = headPhantom({
    dimensions: sizeVoxels[2] > 1 ? 3 : 2,
    seed: 7,
    subject: 1,
    contrast: 't1',
    sizeVoxels: widened(sizeVoxels),
  });
  const brightest = brightestIn(image.values);
  const moving = { ...image, values: image.values.map((value) => value / brightest) };
  const known = truth(moving);
  return {
    moving,
    truth: known,
    fixed: deformImage(moving, middleOf(moving.grid, sizeVoxels), known),
  };
}

function widened(sizeVoxels: Vec3): Vec3 {
  return sizeVoxels.map((n) => (n === 1 ? 1 : n + 2 * marginVoxels)) as unknown as Vec3;
}

function middleOf({ worldFromVoxel: m }: Grid, sizeVoxels: Vec3): Grid {
  const first = sizeVoxels.map((n) => (n === 1 ? 0 : marginVoxels)) as unknown as Vec3;
  const origin = applyMatrix(m, first);
  const worldFromVoxel = m.map((value, i) =>
    i % 4 === 3 ? (origin[(i - 3) / 4] ?? 0) : value,
  ) as unknown as Grid['worldFromVoxel'];
  return { sizeVoxels, worldFromVoxel };
}

export interface SmallRegistration {
  readonly fixed: ImageVolume;
  readonly moving: ImageVolume;
  readonly model: string;
  readonly optimizer: string;
  /** Squared differences unless told. */
  readonly similarity?: string;
  readonly similarityParameters?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly modelParameters?: Readonly<Record<string, unknown>>;
  readonly shrink?: readonly number[];
  readonly iterations: readonly number[];
  /** What counts of each image, on its grid. */
  readonly masks?: { readonly fixed: ImageVolume; readonly moving: ImageVolume };
  readonly convergence?: number;
  /** What is weighed beside the squared differences. */
  readonly regularizer?: {
    readonly type: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly mask?: ImageVolume;
  };
}

/** A registration, compiled; its results are the map, its inverse where the model has one, and the warped image. */
export function registrationProgram(options: SmallRegistration): SmallProgram {
  const graph = new GraphBuilder();
  const node = (type: string, inputs = {}, params = {}) => {
    const definition = nodeRegistry.get(type);
    if (!definition) throw new Error(`There is no node ${type}.`);
    return lowerNode(graph, definition, inputs, params, type);
  };
  const part = (type: string, params = {}) => Object.values(node(type, {}, params))[0];
  const { fixed, moving, masks, iterations, shrink = iterations.map(() => 1) } = options;
  const maskOn = ({ grid }: ImageVolume, key: string): MaskValue => ({
    kind: 'mask',
    grid,
    mask: graph.input(key, fieldType(grid, 1)),
  });
  const { type, params, mask } = options.regularizer ?? {};
  const places = mask && { mask: maskOn(mask, 'mask') };
  const weighed = type === undefined ? [] : Object.values(node(type, places, params));
  const outputs = node('register', {
    fixed: imageOn(graph, fixed.grid, 'fixed'),
    moving: imageOn(graph, moving.grid, 'moving'),
    ...(masks && {
      fixedMask: maskOn(masks.fixed, 'fixedMask'),
      movingMask: maskOn(masks.moving, 'movingMask'),
    }),
    model: part(options.model, options.modelParameters),
    objectives: [
      part(options.similarity ?? 'similarity.mean-squared-error', options.similarityParameters),
      ...weighed,
    ],
    optimizer: part(options.optimizer, options.parameters),
    schedule: part('schedule.pyramid', {
      shrink,
      iterations,
      convergence: options.convergence ?? 0,
    }),
  }) as { readonly transform: TransformValue; readonly warped: ImageValue };
  const { transform, warped } = outputs;
  const named: [string, ValueId | undefined][] = [
    ['affine', transform.affine],
    ['displacement', transform.displacement],
    ['inverse', transform.inverseDisplacement],
    ['warped', warped.image],
  ];
  const kept = named.filter((one): one is [string, ValueId] => one[1] !== undefined);
  const program = graph.finish(kept.map(([, value]) => value));
  const { plan } = planProgram(program, { verify: true });
  const buffers = (value: ValueId | undefined) =>
    value === undefined ? [] : (plan.buffersOfValue.get(value) ?? []);
  return {
    plan,
    inputs: Object.fromEntries(plan.inputs.map(({ key, value }) => [key, buffers(value)])),
    results: Object.fromEntries(kept.map(([name], i) => [name, buffers(plan.results[i])])),
  };
}

/** What a registration recorded and found. */
export interface RegistrationRun {
  /** Rows of losses by level. */
  readonly rows: readonly (readonly (readonly number[])[])[];
  readonly outcomes: readonly LoopOutcome[];
  readonly cancelled: boolean;
  readonly results: Readonly<Record<string, readonly PlaneArray[]>>;
}

/** Runs a registration on a device. */
export async function runRegistration(
  device: Device,
  options: SmallRegistration,
  changes: Partial<RunOptions> = {},
): Promise<RegistrationRun> {
  const program = registrationProgram(options);
  const execution = await device.prepare(program.plan);
  const inputs: CaseInputs = Object.fromEntries(
    Object.entries(imagesOf(options)).map(([name, { grid, values }]) => {
      return [name, { type: fieldType(grid, 1), planes: [Float64Array.from(values)] }];
    }),
  );
  writeInputs(execution, program, inputs);
  const byStep = new Map<number, (readonly number[])[]>();
  const outcomes: LoopOutcome[] = [];
  const { cancelled } = await execution.run(
    quietRun({
      ...changes,
      observer: {
        ...changes.observer,
        losses(step, first, rows) {
          byStep.set(step, [...(byStep.get(step) ?? []), ...rows]);
          changes.observer?.losses?.(step, first, rows);
        },
        stepFinished: (_step, _seconds, outcome) => void (outcome && outcomes.push(outcome)),
      },
    }),
  );
  const results = await readResults(execution, program);
  execution.destroy();
  return { rows: [...byStep.values()], outcomes, cancelled, results };
}

function imagesOf(options: SmallRegistration): Record<string, ImageVolume> {
  const { fixed, moving, masks, regularizer } = options;
  return {
    fixed,
    moving,
    ...(masks && { fixedMask: masks.fixed, movingMask: masks.moving }),
    ...(regularizer?.mask && { mask: regularizer.mask }),
  };
}
