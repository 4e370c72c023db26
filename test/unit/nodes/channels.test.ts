import { describe, expect, test } from 'vitest';
import { type Grid, voxelCount } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import { evaluate } from '../../../src/nodes/registration/evaluate';
import { levelPairs } from '../../../src/nodes/registration/level-pairs';
import { levelContext, levelGrid } from '../../../src/nodes/registration/pyramid';
import type { RegistrationParts } from '../../../src/nodes/registration/registration-parts';
import { joinChannels, splitChannels } from '../../../src/runtime/api/nodes/channels';
import type { ImageValue } from '../../../src/runtime/api/nodes/port-values';
import { differentiate } from '../../../src/runtime/compile/differentiate';
import type { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType, type ValueId } from '../../../src/runtime/ir/values';
import { fieldOf, randomField, randomNumbers, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { type CaseInputs, graphOf, runGraph } from '../../support/run-graph';
import { lowerNode } from './lowering';

const grid = turnedGrid([14, 12, 10], [1.2, 0.9, 2], [0, 0, 0]);
/** Larger than the fixed one, but for a corner: some points have no partner. */
const around = turnedGrid([19, 18, 13], [1.1, 1, 1.9], [-1, -5, -3]);
const shrink = 2;

/** Smooth, channels of unlike range and pattern. */
function imageOf(on: Grid, channels: readonly number[], shift: number): CaseValue {
  const planes = channels.map((channel) => {
    const { planes: one } = fieldOf(
      on,
      (x, y, z) =>
        (1 + channel) *
        (0.5 +
          0.4 *
            Math.sin((0.7 - 0.2 * channel) * x + shift) *
            Math.cos(0.5 * y + 0.4 * z + shift + 0.5 * channel)),
    );
    return one[0]!;
  });
  return { type: fieldType(on, channels.length), planes };
}

const similarities = [
  'similarity.mean-squared-error',
  'similarity.correlation',
  'similarity.lncc',
  'similarity.mutual-information',
];

/** Which images an objective compares: those of `register`, or a pair of its own. */
type Wired = readonly { readonly similarity: string; readonly own?: true }[];

/**
 * The loss of a registration at its coarse level, and its gradient in the field of the model.
 * Inputs: `fixed`, `moving`, `field`, a `mask`, and for pairs of their own `ownFixed`, `ownMoving`.
 */
function lossOf(inputs: CaseInputs, wired: Wired) {
  const graph = differentiate(
    graphOf(inputs, (builder, values) => {
      const { builder: b } = builder;
      const image = (name: string): ImageValue | undefined => {
        const given = inputs[name];
        if (given?.type.kind !== 'field') return undefined;
        const { grid: on, channels } = given.type;
        return { kind: 'image', grid: on, channels, image: values[name]! };
      };
      const parts = partsOf(builder, image, values.mask!, wired);
      const pairs = levelPairs(b, parts, shrink);
      const at = levelContext(grid, { level: 0, levels: 1 }, pairs.main.fixed);
      const { total } = evaluate(b, parts, at, pairs, [values.field!], b.constant([0]));
      return [total, ...b.gradient(total, [values.field!])];
    }),
  );
  const [loss, gradient] = runGraph(graph, inputs);
  return { loss: loss![0]![0]!, gradient: gradient! };
}

function partsOf(
  graph: GraphBuilder,
  image: (name: string) => ImageValue | undefined,
  mask: ValueId,
  wired: Wired,
): RegistrationParts {
  const part = (type: string, inputs = {}, id = type) =>
    Object.values(lowerNode(graph, nodeRegistry.get(type)!, inputs, {}, id))[0] as never;
  return {
    fixed: image('fixed')!,
    moving: image('moving')!,
    fixedMask: { kind: 'mask', grid, mask },
    initial: undefined,
    model: part('model.greedy'),
    objectives: wired.map(({ similarity, own }, index) =>
      part(
        similarity,
        own ? { fixed: image('ownFixed'), moving: image('ownMoving') } : {},
        `${similarity}-${index}`,
      ),
    ),
    optimizer: part('optimizer.gradient-descent'),
    schedule: part('schedule.pyramid'),
  };
}

/** The field of the model, on the level's grid. */
const field = randomField(levelGrid(grid, shrink), 3, 3, 0.6);

const coarseInputs = (channels: readonly number[]): CaseInputs => ({
  fixed: imageOf(grid, channels, 0),
  moving: imageOf(around, channels, 0.5),
  mask: fieldOf(grid, (x) => (x > 2 ? 1 : 0)),
  field,
});

describe.each(similarities)('%s of several channels', (similarity) => {
  test('is the mean of what it is for each, and so is its gradient', () => {
    const together = lossOf(coarseInputs([0, 1, 2]), [{ similarity }]);
    const apart = [0, 1, 2].map((channel) => lossOf(coarseInputs([channel]), [{ similarity }]));
    const mean = apart.reduce((sum, { loss }) => sum + loss / 3, 0);
    expect(Math.abs(mean)).toBeGreaterThan(1e-3);
    expect(together.loss / mean).toBeCloseTo(1, 12);
    together.gradient.forEach((plane, axis) => {
      const wanted = plane.map((_, i) =>
        apart.reduce((sum, { gradient }) => sum + gradient[axis]![i]! / 3, 0),
      );
      const largest = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const off = plane.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted[i]!)), 0);
      expect(largest).toBeGreaterThan(0);
      expect(off).toBeLessThan(1e-9 * largest);
    });
  });
});

test('two objectives, one on two channels of its own, have the gradient of their loss', () => {
  const inputs: CaseInputs = {
    ...coarseInputs([0]),
    // All points have partners and count: no weight has a slope that is left out.
    moving: imageOf(turnedGrid([30, 30, 20], [1.2, 1, 1.9], [-6, -10, -8]), [0], 0.5),
    mask: randomField(grid, 1, 1, 0, 1),
    ownFixed: imageOf(grid, [1, 2], 0),
    ownMoving: imageOf(turnedGrid([30, 30, 20], [1.2, 1, 1.9], [-6, -10, -8]), [1, 2], 0.6),
  };
  const wired: Wired = [
    { similarity: 'similarity.lncc' },
    { similarity: 'similarity.mean-squared-error', own: true },
    { similarity: 'similarity.mutual-information', own: true },
  ];
  const { gradient } = lossOf(inputs, wired);
  const along = [5, 6, 7].map((seed) => randomNumbers(field.planes[0]!.length, seed));
  const at = (step: number): number => {
    const planes = field.planes.map((plane, axis) =>
      plane.map((v, i) => v + step * along[axis]![i]!),
    );
    return lossOf({ ...inputs, field: { type: field.type, planes } }, wired).loss;
  };
  const measured = (at(1e-6) - at(-1e-6)) / 2e-6;
  const predicted = gradient.reduce(
    (sum, plane, axis) => sum + plane.reduce((s, v, i) => s + v * along[axis]![i]!, 0),
    0,
  );
  expect(Math.abs(predicted)).toBeGreaterThan(1e-6);
  expect(measured / predicted).toBeCloseTo(1, 4);
});

test('any number of channels is taken apart and joined again', () => {
  for (const channels of [1, 2, 13, 30]) {
    const inputs = { image: randomField(grid, channels, 1) };
    const graph = graphOf(inputs, ({ builder: b }, { image }) => {
      const joined = joinChannels(b, splitChannels(b, image!));
      expect(b.typeOf(joined)).toMatchObject({ channels });
      return [joined];
    });
    // With one channel there is nothing to do.
    expect(graph.ops.length === 0).toBe(channels === 1);
    const [planes] = runGraph(graph, inputs);
    expect(planes!.length).toBe(channels);
    planes!.forEach((plane, channel) => {
      expect(plane.length).toBe(voxelCount(grid));
      expect(plane).toEqual(Float64Array.from(inputs.image.planes[channel]!));
    });
  }
});
