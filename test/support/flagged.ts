import { scalars } from './case-values';
import { type SmallProgram, smallProgram } from './run-op';

export const flaggedInputs = { x: scalars(1) };

/**
 * A loop that halves a number until it is below `limit`, raises its flag and changes nothing more, though
 * its loss falls on and on.
 */
export function halving(limit: number): SmallProgram {
  return smallProgram(flaggedInputs, (graph, { x }) => {
    const b = graph.builder;
    const [end] = b.loop({
      label: 'halving',
      carried: [x!],
      stop: { maxIterations: 500, when: [{ kind: 'flag', column: 1 }] },
      body([now], iteration) {
        const done = b.compareScalars({ a: now!, b: b.constant([limit]) }, { is: 'less' });
        const half = b.scale({ value: now! }, { factor: 0.5 });
        return {
          next: [b.select({ condition: done, whenTrue: now!, whenFalse: half })],
          losses: [{ name: 'total', value: b.scale({ value: iteration }, { factor: -1 }) }],
          marks: [done],
        };
      },
    });
    return { end };
  });
}
