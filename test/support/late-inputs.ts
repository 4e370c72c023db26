import { obliqueGrid, randomField } from './case-values';
import { type SmallProgram, smallProgram } from './run-op';

/** What the program that reads inputs late is run with. */
export const lateInputs = {
  first: randomField(obliqueGrid, 1, 5),
  again: randomField(obliqueGrid, 1, 6),
  late: randomField(obliqueGrid, 1, 7),
};

/**
 * Two loops. `first` is read before them, `again` before and after them, and `late` in the second alone,
 * at the end of its body, so that each may lie where something else did.
 * @param isLate false gives all inputs memory from the beginning
 */
export function lateProgram(isLate: boolean, iterations = 3): SmallProgram {
  const stop = { maxIterations: iterations, when: [] };
  return smallProgram(
    lateInputs,
    (graph, { first, again, late }) => {
      const b = graph.builder;
      const zero = () => [{ name: 'total', value: b.constant([0]) }];
      const [once] = b.loop({
        label: 'one',
        carried: [b.multiply({ a: first!, b: again! })],
        stop,
        body([now]) {
          const square = b.multiply({ a: now!, b: now! });
          const third = b.multiply({ a: square, b: now! });
          const sum = b.add({ a: b.add({ a: square, b: third }), b: now! });
          return { next: [b.scale({ value: sum }, { factor: 0.25 })], losses: zero() };
        },
      });
      const [twice] = b.loop({
        label: 'two',
        carried: [once!],
        stop,
        body([now]) {
          const half = b.scale({ value: b.multiply({ a: now!, b: now! }) }, { factor: 0.5 });
          return { next: [b.add({ a: half, b: late! })], losses: zero() };
        },
      });
      graph.origin = 'after';
      return { after: b.add({ a: twice!, b: again! }) };
    },
    isLate ? { lateInputBytes: 0 } : {},
  );
}
