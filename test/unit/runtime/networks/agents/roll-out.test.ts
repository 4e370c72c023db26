import { describe, expect, it } from 'vitest';
import { identityMatrix, type Matrix3x4 } from '../../../../../src/imaging/frames';
import { type Judgement, rollOut } from '../../../../../src/runtime/networks/agents/roll-out';

const at = (x: number): Matrix3x4 =>
  identityMatrix.map((n, i) => (i === 3 ? x : n)) as unknown as Matrix3x4;

/** Walks along x: step 0 by 1, step 1 by −1. */
const walking = (think: (x: number) => Judgement, endsAtNothing = true) => ({
  endsAtNothing,
  step: (pose: Matrix3x4, step: number) => at(pose[3] + (step === 0 ? 1 : -1)),
  judge: async (states: readonly { readonly pose: Matrix3x4 }[]) =>
    states.map(({ pose }) => think(pose[3])),
});

/** Knows that 5 is home. */
const knowing = (x: number): Judgement => ({
  steps: [5 - x, x - 5],
  left: Math.abs(5 - x) - 0.5,
});

describe('a roll-out', () => {
  it('ends where nothing is left to gain, from every start', async () => {
    const ends = await rollOut([at(0), at(7), at(5)], 20, walking(knowing));
    expect(ends).toEqual(
      [5, 2, 0].map((steps) => ({ pose: at(5), steps, settled: true, left: -0.5 })),
    );
  });

  it('comes to rest where it goes round, at the pose at which least is left', async () => {
    // Never says that it is there: it goes back and forth between 4 and 5. What it thought on the way does not count.
    const think = (x: number): Judgement => ({
      steps: x < 5 ? [1, 0] : [0, 1],
      left: x < 4 ? 1 : 10 - x,
    });
    const [end] = await rollOut([at(2)], 20, walking(think));
    expect(end).toEqual({ pose: at(5), steps: 4, settled: true, left: 5 });
  });

  it('says that it came to no rest, and gives the best that it passed', async () => {
    const think = (x: number): Judgement => ({ steps: [1, 0], left: Math.abs(x - 3) + 1 });
    const [end] = await rollOut([at(0)], 8, walking(think));
    expect(end).toEqual({ pose: at(3), steps: 8, settled: false, left: 1 });
  });

  it('goes on below nothing where steps have no worth', async () => {
    const think = (x: number): Judgement => ({ steps: x < 2 ? [1, 0] : [0, 1], left: -x });
    const [end] = await rollOut([at(0)], 20, walking(think, false));
    expect(end).toMatchObject({ pose: at(2), settled: true });
  });

  it('looks at those alone that still walk', async () => {
    const asked: number[][] = [];
    await rollOut([at(4), at(0)], 20, {
      ...walking(knowing),
      judge: async (states) => {
        asked.push(states.map(({ walk }) => walk));
        return states.map(({ pose }) => knowing(pose[3]));
      },
    });
    expect(asked).toEqual([[0, 1], [0, 1], [1], [1], [1], [1]]);
  });
});
