import type { AllocateOptions } from '../../src/runtime/compile/allocate';
import type { ValueId } from '../../src/runtime/ir/values';
import { oneSliceGrid, randomField } from './case-values';
import { endless } from './descent';
import type { CaseValue } from './op-case';
import { type SmallProgram, smallProgram } from './run-op';

/** More channels than lie apart. 63 voxels a plane: not a multiple of what planes are aligned to. */
export const manyChannels = 5;

const smoothing = {
  sigmaVoxels: [1, 0.7, 0],
  truncate: 3,
  edges: 'zero',
  transposed: false,
} as const;

type Named = Readonly<Record<string, CaseValue>>;

/** What the search starts from. */
export const searchInputs: Named = {
  x: randomField(oneSliceGrid, manyChannels, 3),
  y: randomField(oneSliceGrid, manyChannels, 4),
};

/** The same values with only some of their channels. */
export function someChannels(inputs: Named, first: number, count: number): Named {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, planes }]) => [
      name,
      {
        type: type.kind === 'scalars' ? type : { ...type, channels: count },
        planes: planes.slice(first, first + count),
      },
    ]),
  );
}

/**
 * What search does to a field, for any number of channels, each as if it were alone: moments in place, two
 * carried values that change places, a counted loop within, and results from before and after.
 */
export function search(inputs: Named = searchInputs, options: AllocateOptions = {}): SmallProgram {
  return smallProgram(
    inputs,
    (graph, given) => {
      const b = graph.builder;
      const [x, y] = [given.x as ValueId, given.y as ValueId];
      const type = b.typeOf(x);
      const channels = type.kind === 'scalars' ? 1 : type.channels;
      const still = b.zeros({ like: x }, { channels });
      const [a, c, mean, variance] = b.loop({
        label: 'search',
        carried: [x, y, still, still],
        stop: endless(3),
        body([p, q, m, v], iteration) {
          const rates = { beta1: 0.5, beta2: 0.25, epsilon: 0.1 };
          const adam = b.adam({ gradient: p!, mean: m!, variance: v!, iteration }, rates);
          const [moved] = b.repeat({
            label: 'smooth',
            count: 2,
            carried: [adam.direction],
            body: ([w]) => [b.gaussian({ value: w! }, { ...smoothing })],
          });
          const losses = [{ name: 'loss', value: iteration }];
          return { next: [b.add({ a: q!, b: moved! }), p!, adam.mean, adam.variance], losses };
        },
      });
      return { x, a: a!, c: c!, mean: mean!, variance: variance!, still };
    },
    options,
  );
}
