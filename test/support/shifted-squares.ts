import { z } from 'zod';
import { axisAlignedGrid } from '../../src/imaging/grid';
import { nodeRegistry } from '../../src/nodes/index';
import { defineComputedNode } from '../../src/runtime/api/nodes/define-computed-node';
import type { NodeDefinition, NodeRegistry } from '../../src/runtime/api/nodes/define-node';

const size = 32;
/** What squares of a dataset lie on. */
export const squaresGrid = axisAlignedGrid([size, size, 1], [1.5, 1.5, 3], [0, 0, 0]);

/** A smooth blob with a square of label 1 around its middle, by numbers that follow from `n`. */
function blob(n: number, [right, up]: readonly [number, number]) {
  const middle = [size / 2 + ((7 * n) % 5) - 2 + right, size / 2 + ((3 * n) % 5) - 2 + up];
  const radius = 6 + (n % 3);
  const image = new Float32Array(size * size);
  const labels = new Uint32Array(size * size);
  for (let i = 0; i < image.length; i += 1) {
    const [x, y] = [(i % size) - middle[0]!, Math.floor(i / size) - middle[1]!];
    image[i] = 1 / (1 + Math.exp((Math.hypot(x, y) - radius) / 1.5));
    labels[i] = Math.max(Math.abs(x), Math.abs(y)) <= radius ? 1 : 0;
  }
  return { image, labels };
}

/** Where to the moving blob of a pair has gone, voxels: always to the same place, or somewhere else in each pair. */
const shiftOf = (n: number, scatters: boolean): readonly [number, number] =>
  scatters ? [((5 * n) % 9) - 4, ((n * n + n) % 9) - 4] : [3, 0];

interface Pairs {
  readonly scale?: number;
  readonly scatters?: boolean;
  readonly inverts?: boolean;
}

function pairAt(n: number, { scale = 1, scatters = false, inverts = false }: Pairs) {
  const [fixed, moving] = [blob(n, [0, 0]), blob(n, shiftOf(n, scatters))];
  const inverted = (image: Float32Array) => image.map((value) => 1 - value);
  if (inverts) {
    const aligned = () => inverted(fixed.image);
    return { fixed: fixed.image, moving: inverted(moving.image), aligned };
  }
  return {
    fixed: fixed.image.map((value) => scale * value),
    moving: moving.image,
    fixedLabels: fixed.labels,
    movingLabels: moving.labels,
  };
}

const labelIds = [0n, 7n];

/** A dataset of blobs, each to be found three voxels further on. */
export const squares = defineComputedNode({
  type: 'test.squares',
  version: 1,
  title: 'Squares',
  section: 'network',
  synonyms: [],
  documentation: { summary: 'Blobs that lie three voxels apart.', details: 'For tests.' },
  params: z.object({
    validationPairs: z.number().default(2),
    scale: z.number().default(1),
    scatters: z.boolean().default(false),
    /** The moving image is dark on bright, and its aligned partner is known; labels are not. */
    inverts: z.boolean().default(false),
  }),
  inputs: {},
  outputs: {
    dataset: { type: 'dataset', doc: 'Pairs.' },
    fixed: { type: 'image', doc: 'One of them.' },
    moving: { type: 'image', doc: 'One of them.' },
    fixedLabels: { type: 'labels', doc: 'One of them.' },
    movingLabels: { type: 'labels', doc: 'One of them.' },
  },
  async compute(_, { validationPairs, scale, scatters, inverts }) {
    const unscaled = { scatters, inverts };
    const shown = pairAt(1000, unscaled);
    const grid = squaresGrid;
    const image = (plane: Float32Array) => ({ kind: 'image', grid, planes: [plane] }) as const;
    const labels = (values = new Uint32Array(size * size)) =>
      ({ kind: 'labels', grid, values, ids: labelIds }) as const;
    return {
      dataset: {
        kind: 'dataset',
        grid,
        origin: 'squares',
        ...(inverts ? {} : { labelIds }),
        trainingPair: (n) => pairAt(n, { scale, ...unscaled }),
        validationPairs,
        validationPair: (n) => pairAt(1000 + n, unscaled),
      },
      fixed: image(shown.fixed),
      moving: image(shown.moving),
      fixedLabels: labels(shown.fixedLabels),
      movingLabels: labels(shown.movingLabels),
    };
  },
});

/** All nodes, and the squares. */
export const registryWithSquares: NodeRegistry = new Map<string, NodeDefinition>([
  ...nodeRegistry,
  [squares.type, squares as unknown as NodeDefinition],
]);

/** A tiny VoxelMorph that learns from squares by what is wired. */
export function squaresRecipe(
  training: Readonly<Record<string, unknown>> = {},
  options: { readonly seed?: number; readonly predicts?: 'displacement' | 'velocity' } = {},
) {
  const node = (type: string, params: Readonly<Record<string, unknown>> = {}) => ({
    type,
    version: 1,
    params,
  });
  return {
    schemaVersion: 1,
    name: 'Squares',
    description: 'Blobs that lie three voxels apart.',
    nodes: {
      squares: node('test.squares'),
      unet: node('network.voxelmorph', {
        encoder: [4, 8],
        decoder: [8, 8, 4],
        seed: options.seed ?? 1,
        predicts: options.predicts ?? 'displacement',
      }),
      mse: node('similarity.mean-squared-error', { weight: 1 }),
      diffusion: node('regularizer.diffusion', { weight: 0.002 }),
      overlap: node('similarity.label-overlap', { weight: 0.1 }),
      train: node('network.train', {
        steps: 40,
        learningRate: 0.01,
        validateEvery: 20,
        ...training,
      }),
    },
    edges: [
      { from: 'unet.network', to: 'train.network' },
      { from: 'squares.dataset', to: 'train.dataset' },
      { from: 'squares.fixedLabels', to: 'overlap.fixed' },
      { from: 'squares.movingLabels', to: 'overlap.moving' },
      { from: 'mse.objective', to: 'train.objectives' },
      { from: 'diffusion.objective', to: 'train.objectives' },
      { from: 'overlap.objective', to: 'train.objectives' },
    ],
  };
}
