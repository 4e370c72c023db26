import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { Variables } from '../../runtime/api/nodes/port-values';

/** How often the inverse of one step is read along itself: what is left is its slope to this power. */
const inversions = 3;

/**
 * Displacement (mm) of a point that flows along velocities, mm per unit of time, one after the other, each for as long as the
 * others, in one unit of time: u ← u + h v_k∘(id + u), h = 1/T. Forward Euler; gradients are those of the steps themselves.
 */
export function flowForward(b: Builder, velocities: Variables): ValueId {
  return follow(b, shortSteps(b, velocities));
}

/**
 * Displacement (mm) of the way back: the steps of `flowForward` in reverse order, each undone by the fixed point
 * r ← −s∘(id + r), which contracts where a step is shorter than what it changes over.
 */
export function flowBackward(b: Builder, velocities: Variables): ValueId {
  const undone = shortSteps(b, velocities)
    .toReversed()
    .map((step) => {
      let back = b.scale({ value: step }, { factor: -1 });
      for (let time = 0; time < inversions; time += 1) {
        const left = b.compose({ outer: step, inner: back });
        back = b.pointwise({ a: back, b: left }, { expressions: [['-', 'a', 'b']] });
      }
      return back;
    });
  return follow(b, undone);
}

function shortSteps(b: Builder, velocities: Variables): Variables {
  return velocities.map((value) => b.scale({ value }, { factor: 1 / velocities.length }));
}

function follow(b: Builder, steps: Variables): ValueId {
  const [first, ...others] = steps;
  if (first === undefined) throw new RangeError('A flow has at least one velocity.');
  return others.reduce((inner, outer) => b.compose({ outer, inner }), first);
}
