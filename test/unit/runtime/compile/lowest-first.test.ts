import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LowestFirst } from '../../../../src/runtime/compile/lowest-first';

it('gives the lowest of what it holds, whatever came and went before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50), { nil: undefined })), (asked) => {
      const queue = new LowestFirst();
      let held: number[] = [];
      for (const number of [...asked, ...asked.map(() => undefined), undefined]) {
        if (number !== undefined) {
          queue.add(number);
          held = [...held, number].sort((a, b) => a - b);
          continue;
        }
        expect(queue.take()).toBe(held[0]);
        held = held.slice(1);
      }
    }),
  );
});
