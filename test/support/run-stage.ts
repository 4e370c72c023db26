import { expect } from 'vitest';
import type { Grid } from '../../src/imaging/grid';
import { nodeRegistry } from '../../src/nodes/index';
import { compile } from '../../src/runtime/compile/compile';
import type { DataValue } from '../../src/runtime/compile/data-values';
import { loaderKey } from '../../src/runtime/compile/lower';
import { parse } from '../../src/runtime/compile/parse';
import { failedCheck } from '../../src/runtime/compile/result-checks';
import { toldWarnings } from '../../src/runtime/compile/result-warnings';
import { validate } from '../../src/runtime/compile/validate';
import { bindPlan } from '../../src/runtime/cpu/bound-plan';
import { walkAlone } from '../../src/runtime/cpu/walk';
import type { ValueId } from '../../src/runtime/ir/values';
import { imageShape } from './input-shapes';
import type { CaseValue } from './op-case';
import { memoryWith } from './run-graph';

type Params = Readonly<Record<string, unknown>>;
const node = (type: string, params: Params = {}) => ({ type, version: 1, params });

/** A registration of one stage: images by loader, and the parts that are not left as they are. */
export interface Stage {
  readonly images: Readonly<Record<string, { readonly grid: Grid; readonly image: CaseValue }>>;
  readonly similarity?: string;
  readonly similarityParams?: Params;
  readonly model?: string;
  readonly register?: Params;
  readonly iterations?: readonly number[];
  readonly shrink?: readonly number[];
  /** Further wires, such as `spare.image` to `similarity.moving`. */
  readonly wires?: Readonly<Record<string, string>>;
}

/** One stage from images that lie as they are: what came out, and what is said of it. */
export async function runStage(stage: Stage) {
  const { images, wires = {}, shrink = [1], iterations = [60] } = stage;
  const loaders = Object.keys(images).map((id) => [
    id,
    node(id.endsWith('-mask') ? 'load.mask' : 'load.image'),
  ]);
  const masks = Object.keys(images)
    .filter((id) => id.endsWith('-mask'))
    .map((id) => ({ from: `${id}.mask`, to: `register.${id.replace('-m', 'M')}` }));
  const recipe = {
    schemaVersion: 1,
    name: 'One stage',
    description: 'A stage by itself.',
    nodes: {
      ...Object.fromEntries(loaders),
      adam: node('optimizer.adam-normalized', { stepVoxels: 0.3, finalFraction: 0.1 }),
      levels: node('schedule.pyramid', { shrink, iterations, convergence: 0 }),
      similarity: node(
        stage.similarity ?? 'similarity.mean-squared-error',
        stage.similarityParams ?? {},
      ),
      model: node(stage.model ?? 'model.rigid'),
      register: node('register', stage.register ?? {}),
    },
    edges: [
      { from: 'adam.optimizer', to: 'register.optimizer' },
      { from: 'fixed.image', to: 'register.fixed' },
      { from: 'levels.schedule', to: 'register.schedule' },
      { from: 'similarity.objective', to: 'register.objectives' },
      { from: 'model.model', to: 'register.model' },
      { from: 'moving.image', to: 'register.moving' },
      ...masks,
      ...Object.entries(wires).map(([from, to]) => ({ from, to })),
    ],
    layout: {},
  };
  const { document, diagnostics: unread } = parse(JSON.stringify(recipe), nodeRegistry);
  expect(unread).toEqual([]);
  const checked = validate(document!, nodeRegistry);
  expect(checked.diagnostics).toEqual([]);
  const { plan, checks, warnings, diagnostics, outputs } = compile(checked.graph!, {
    descriptors: new Map(Object.entries(images).map(([id, { grid }]) => [id, imageShape(grid)])),
    verify: true,
  });
  expect(diagnostics).toEqual([]);
  const memory = memoryWith(
    plan!,
    Object.fromEntries(Object.entries(images).map(([id, { image }]) => [loaderKey(id), image])),
  );
  walkAlone(bindPlan(plan!, memory));
  const read = (value: ValueId) => memory.arrayOf(plan!.buffersOfValue.get(value)![0]!);
  const { transform, warped, report } = outputs.get('register') as unknown as Record<
    'transform' | 'warped' | 'report',
    DataValue & { affine: ValueId; image: ValueId; rows: readonly Row[] }
  >;
  return {
    affine: Array.from(read(transform.affine)),
    warped: Array.from(read(warped.image)),
    report: Object.fromEntries(report.rows.map((r) => [r.name, read(r.scalars)[r.index]!])),
    problem: await failedCheck(checks, async (value) => read(value)),
    doubts: (
      await toldWarnings(
        warnings,
        async (value) => read(value),
        () => [],
      )
    ).map(({ about }) => about),
  };
}

interface Row {
  readonly name: string;
  readonly scalars: ValueId;
  readonly index: number;
}
