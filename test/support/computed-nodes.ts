import { z } from 'zod';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../src/imaging/frames';
import { voxelCount } from '../../src/imaging/grid';
import { nodeRegistry } from '../../src/nodes/index';
import { onePlane } from '../../src/runtime/api/data-kinds/define-data-kind';
import type {
  ComputeContext,
  ComputedTransform,
} from '../../src/runtime/api/nodes/computed-values';
import { defineComputedNode } from '../../src/runtime/api/nodes/define-computed-node';
import type { NodeDefinition, NodeRegistry } from '../../src/runtime/api/nodes/define-node';
import { type Recipe, slices } from './small-session';

const described = {
  version: 1,
  title: 'Test network',
  section: 'initialise',
  synonyms: [],
  documentation: { summary: 'For tests.', details: '' },
} as const;
const images = {
  fixed: { type: 'image', doc: 'Image that stays.' },
  moving: { type: 'image', doc: 'Image that is brought onto it.' },
} as const;
const transform = { transform: { type: 'transform', doc: 'Where to start.' } } as const;

/** What a test wants a node to compute from the grid of its fixed image. */
export type Computation = (
  arrived: { readonly fixed: ComputedTransform['grid']; readonly moving: Float32Array },
  context: ComputeContext,
) => Promise<Omit<ComputedTransform, 'kind' | 'grid'>>;

/** A node that starts a registration by whatever `computation` says. */
export function startNode(computation: Computation) {
  return defineComputedNode({
    ...described,
    type: 'test.start',
    params: z.object({ seed: z.number().default(1) }),
    inputs: images,
    outputs: transform,
    async compute({ fixed, moving }, _, context) {
      const found = await computation(
        { fixed: fixed.grid, moving: onePlane(moving.planes) },
        context,
      );
      return { transform: { kind: 'transform', grid: fixed.grid, ...found } };
    },
  });
}

/** Two untrained convolutions of TensorFlow.js that give a small displacement within the slice. */
export const networkNode = defineComputedNode({
  ...described,
  type: 'test.start',
  params: z.object({ seed: z.number().default(1) }),
  inputs: images,
  outputs: transform,
  async compute({ fixed, moving }, { seed }, { tensorFlow }) {
    const tf = await tensorFlow();
    const [nx, ny] = fixed.grid.sizeVoxels;
    const field = tf.tidy(() => {
      const kernel = (from: number, to: number) =>
        tf.randomNormal(
          [3, 3, from, to],
          0,
          0.3,
          'float32',
          seed,
        ) as import('@tensorflow/tfjs').Tensor4D;
      const planes = [fixed, moving].map((image) => tf.tensor2d(onePlane(image.planes), [ny, nx]));
      const pair = tf.stack(planes, 2).expandDims<import('@tensorflow/tfjs').Tensor4D>(0);
      const hidden = tf.relu(tf.conv2d(pair, kernel(2, 4), 1, 'same'));
      const flow = tf.tanh(tf.conv2d(hidden, kernel(4, 2), 1, 'same'));
      return tf.unstack(flow.squeeze([0]), 2).map((plane) => tf.mul(plane, 2));
    });
    const [x, y] = (await Promise.all(field.map((plane) => plane.data()))) as Float32Array[];
    tf.dispose(field);
    const zeros = new Float32Array(voxelCount(fixed.grid));
    const affine = identityMatrix as MovingWorldFromFixedWorld;
    return {
      transform: {
        kind: 'transform',
        grid: fixed.grid,
        affine,
        displacementMm: [x ?? zeros, y ?? zeros, zeros],
      },
    };
  },
});

/** All nodes, and one for a test. */
export function registryWith(node: NodeDefinition): NodeRegistry {
  return new Map([...nodeRegistry, [node.type, node]]);
}

/** The recipe of two slices, its start by `test.start`, from normalized images, instead of `initialise.start`. */
export function startedRecipe(recipe: Recipe = slices()): Recipe {
  const start = { type: 'test.start', version: 1, params: {} };
  const edges = recipe.edges.map(({ from, to }) =>
    to.startsWith('start.')
      ? { from: `normalize-${to.slice('start.'.length)}.image`, to }
      : { from, to },
  );
  return { ...recipe, nodes: { ...recipe.nodes, start }, edges };
}
