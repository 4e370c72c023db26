import type { Matrix3x4 } from '../../../imaging/frames';

/** What an agent thinks of a state. */
export interface Judgement {
  /** Of each step: what it is worth, or the logarithm of how likely it is, but for what is common to all. */
  readonly steps: readonly number[];
  /** How much there is still to gain, in steps. */
  readonly left: number;
}

/** Where a walk stands. */
export interface State {
  readonly pose: Matrix3x4;
  /** Number of the walk, from 0. */
  readonly walk: number;
}

/** What rolls out: it judges states, many at once, and says what a step makes of a pose. */
export interface RolledOut {
  judge(states: readonly State[]): Promise<readonly Judgement[]>;
  step(pose: Matrix3x4, step: number): Matrix3x4;
  /** Whether to end where nothing is left to gain: where steps have a worth. */
  readonly endsAtNothing: boolean;
  /** Which step is taken of a roll-out, where that is not the best one. */
  draw?(judgement: Judgement, walk: number, step: number): number;
}

/** Where a roll-out ended. */
export interface RollOut {
  readonly pose: Matrix3x4;
  /** Steps that were taken. */
  readonly steps: number;
  /** Whether it came to rest: at a pose that no step makes better, or going round about one. */
  readonly settled: boolean;
  /** What there was still to gain at that pose, as the agent thinks. */
  readonly left: number;
}

interface Walk {
  readonly poses: Matrix3x4[];
  readonly lefts: number[];
  /** Where each pose stands among them. */
  readonly seen: Map<string, number>;
  end: RollOut | undefined;
}

/**
 * Walks from each start, step by step, all at once: until nothing is left to gain, or a pose comes again. Of the poses that it then goes
 * round through the one counts at which least is left to gain; of a walk that does not come to rest the best of all.
 */
export async function rollOut(
  starts: readonly Matrix3x4[],
  mostSteps: number,
  agent: RolledOut,
): Promise<readonly RollOut[]> {
  const walks = starts.map(
    (start): Walk => ({ poses: [start], lefts: [], seen: new Map(), end: undefined }),
  );
  for (let n = 0; n <= mostSteps; n += 1) {
    const going = [...walks.entries()].filter(([, { end }]) => end === undefined);
    if (going.length === 0) break;
    const judged = await agent.judge(
      going.map(([walk, { poses }]) => ({ walk, pose: poses.at(-1) as Matrix3x4 })),
    );
    going.forEach(([index, walk], place) => {
      const judgement = judged[place] as Judgement;
      const pose = walk.poses.at(-1) as Matrix3x4;
      walk.lefts.push(judgement.left);
      if (agent.endsAtNothing && judgement.left <= 0) {
        walk.end = { pose, steps: n, settled: true, left: judgement.left };
        return;
      }
      const key = pose.map((number) => number.toFixed(4)).join();
      const before = walk.seen.get(key);
      if (before !== undefined) {
        walk.end = { ...leastLeft(walk, before), steps: n, settled: true };
        return;
      }
      walk.seen.set(key, n);
      if (n === mostSteps) {
        walk.end = { ...leastLeft(walk, 0), steps: n, settled: false };
        return;
      }
      walk.poses.push(agent.step(pose, agent.draw?.(judgement, index, n) ?? best(judgement)));
    });
  }
  return walks.map(({ end }) => end as RollOut);
}

/** The pose at which least is left to gain, from one on. */
function leastLeft(
  { poses, lefts }: Walk,
  from: number,
): { readonly pose: Matrix3x4; readonly left: number } {
  const left = Math.min(...lefts.slice(from));
  return { pose: poses[lefts.indexOf(left, from)] as Matrix3x4, left };
}

export function best({ steps }: Pick<Judgement, 'steps'>): number {
  return steps.indexOf(Math.max(...steps));
}
