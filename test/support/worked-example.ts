import { axisAlignedGrid, type Grid } from '../../src/imaging/grid';
import { nodeRegistry } from '../../src/nodes/index';
import { type Compiled, type CompileOptions, compile } from '../../src/runtime/compile/compile';
import { parse } from '../../src/runtime/compile/parse';
import { validate } from '../../src/runtime/compile/validate';
import { imageShape } from './input-shapes';

/** A grid with three different sizes and spacings, small enough to print and to run at once. */
export const smallGrid: Grid = axisAlignedGrid([16, 12, 10], [2, 2.5, 3], [-16, -15, -15]);

const phantom = (subject: number) => ({
  source: { kind: 'phantom', name: 'head-3d', subject, seed: 1, contrast: 't1' },
});

/** The most used recipe: moments, then greedy with local correlation and normalized Adam. */
export const greedyRecipe = {
  schemaVersion: 1,
  name: 'Greedy, local correlation',
  description: 'Aligns two heads by moments and then by a greedy displacement field.',
  nodes: {
    adam: { type: 'optimizer.adam-normalized', version: 1, params: { stepVoxels: 0.25 } },
    fixed: { type: 'load.image', version: 1, params: phantom(1) },
    levels: {
      type: 'schedule.pyramid',
      version: 1,
      params: { shrink: [1], iterations: [20], convergence: 0 },
    },
    lncc: { type: 'similarity.lncc', version: 1, params: { radiusVoxels: 2, weight: 1 } },
    model: {
      type: 'model.greedy',
      version: 1,
      params: { smoothGradientVoxels: 1, smoothFieldVoxels: 0.5 },
    },
    moving: { type: 'load.image', version: 1, params: phantom(2) },
    register: { type: 'register', version: 1, params: {} },
    start: { type: 'initialise.moments', version: 1, params: {} },
  },
  edges: [
    { from: 'adam.optimizer', to: 'register.optimizer' },
    { from: 'fixed.image', to: 'register.fixed' },
    { from: 'fixed.image', to: 'start.fixed' },
    { from: 'levels.schedule', to: 'register.schedule' },
    { from: 'lncc.objective', to: 'register.objectives' },
    { from: 'model.model', to: 'register.model' },
    { from: 'moving.image', to: 'register.moving' },
    { from: 'moving.image', to: 'start.moving' },
    { from: 'start.transform', to: 'register.initial' },
  ],
  layout: {},
} as const;

/** Parses, checks and compiles a recipe whose loaders hold images on one grid. */
export function compileRecipe(
  recipe: object,
  options: Partial<CompileOptions> = {},
  grid: Grid = smallGrid,
): Compiled {
  const { document, diagnostics } = parse(JSON.stringify(recipe), nodeRegistry);
  const checked = document && validate(document, nodeRegistry);
  if (!checked?.graph) throw new Error(JSON.stringify([...diagnostics, checked?.diagnostics]));
  const loaders = checked.graph.nodes.filter(({ definition }) => definition.source);
  return compile(checked.graph, {
    descriptors: new Map(loaders.map(({ id }) => [id, imageShape(grid)])),
    verify: true,
    ...options,
  });
}
