import type { Builder, ValueId } from '../../src/runtime/api/nodes/builder';
import { fieldOf, obliqueGrid } from './case-values';
import { endless } from './descent';
import { type SmallProgram, smallProgram } from './run-op';

/** A smooth displacement of up to half a millimetre, in mm, that a few steps invert. */
export const inverseInputs = {
  displacement: fieldOf(
    obliqueGrid,
    (x, y) => 0.3 * Math.sin(x / 3) + 0.1 * Math.cos(y / 2),
    (_, y, z) => 0.25 * Math.cos(y / 4 + z / 3),
    (x, _, z) => 0.2 * Math.sin((x + z) / 4),
  ),
};

/**
 * The inverse of a displacement by fixed point, v ← −u∘(id + v), in a counted loop of `inner` steps
 * within one of `middle` (the inverse, then shortened to nine tenths and inverted on) within a loop of
 * `outer` iterations. `left` is u∘(id + v) + v, `steps` how many steps were taken in all.
 */
export function inverseInLoops(counts: {
  readonly outer: number;
  readonly middle: number;
  readonly inner: number;
}): SmallProgram {
  return smallProgram(inverseInputs, (graph, { displacement }) => {
    const b = graph.builder;
    const u = displacement as ValueId;
    const [found, steps] = b.loop({
      label: 'outer',
      carried: [b.zeros({ like: u }, { channels: 3 }), b.constant([0])],
      stop: endless(counts.outer),
      body(carried) {
        const next = b.repeat({
          label: 'middle',
          count: counts.middle,
          carried,
          body([start, taken]) {
            const shortened = b.scale({ value: start as ValueId }, { factor: 0.9 });
            return b.repeat({
              label: 'inverse',
              count: counts.inner,
              carried: [shortened, taken as ValueId],
              body: ([v, before]) => [
                step(b, u, v as ValueId),
                b.add({ a: before as ValueId, b: b.constant([1]) }),
              ],
            });
          },
        });
        return { next, losses: [{ name: 'total', value: next[1] as ValueId }] };
      },
    });
    const composed = b.compose({ outer: u, inner: found as ValueId });
    return { found, left: composed, steps };
  });
}

function step(b: Builder, u: ValueId, v: ValueId): ValueId {
  // What compose gives is u∘(id + v) + v.
  const moved = b.compose({ outer: u, inner: v });
  const back = b.scale({ value: v }, { factor: -1 });
  return b.scale({ value: b.add({ a: moved, b: back }) }, { factor: -1 });
}
