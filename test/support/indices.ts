import type { AllocateOptions } from '../../src/runtime/compile/allocate';
import type { ValueId } from '../../src/runtime/ir/values';
import { gridAttributes } from '../../src/runtime/ops/grid-attributes';
import { labelsOf, obliqueGrid } from './case-values';
import { endless } from './descent';
import { type SmallProgram, smallProgram } from './run-op';

/** Indices that no float32 tells from their neighbours, and small ones, which as floats are next to nothing. */
export const indexInputs = {
  first: labelsOf(obliqueGrid, (x, y, z) => 2 ** 32 - 1 - x - 7 * y - 42 * z),
  second: labelsOf(obliqueGrid, (x, y, z) => 2 ** 24 + x + 7 * y + 42 * z),
  small: labelsOf(obliqueGrid, (x, y, z) => x + 7 * y + 42 * z),
};

/** Maps of labels through a loop in which two change places, and through a warp that leaves them where they are. */
export function indicesInLoops(options: AllocateOptions = {}): SmallProgram {
  return smallProgram(
    indexInputs,
    (graph, { first, second, small }) => {
      const b = graph.builder;
      const [one, other, copied] = b.loop({
        label: 'exchange',
        carried: [first as ValueId, second as ValueId, small as ValueId],
        stop: endless(3),
        body: ([p, q, r], iteration) => ({
          next: [q!, p!, r!],
          losses: [{ name: 'loss', value: iteration }],
        }),
      });
      const attributes = { ...gridAttributes(obliqueGrid), interpolation: 'nearest' } as const;
      const warped = b.sampleLabels({ labels: small as ValueId }, attributes);
      return { one: one!, other: other!, copied: copied!, warped };
    },
    options,
  );
}

/** What the program gives: after three exchanges each is where the other was. */
export const expectedIndices = {
  one: indexInputs.second.planes,
  other: indexInputs.first.planes,
  copied: indexInputs.small.planes,
  warped: indexInputs.small.planes,
};
