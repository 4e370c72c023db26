import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { LoweringProblem } from '../api/nodes/lowering-problem';
import type { ValueId } from '../ir/values';

/** What a node cannot know before the recipe has run: scalars that must not all be equal, but for rounding. */
export interface UnequalCheck {
  readonly value: ValueId;
  readonly nodeId: string;
  /** What the person is told, at the node, where they are equal. */
  readonly problem: LoweringProblem;
}

/** That what a node gives is finite: nothing else may be kept, shown or written. */
export interface FiniteCheck {
  /** Scalars: of a field or points, how many of their numbers are not finite; else the numbers themselves. */
  readonly value: ValueId;
  readonly nodeId: string;
  readonly port: string;
  /** What was counted, where they are a count. */
  readonly countOf?: ValueId;
}

export type ResultCheck = UnequalCheck | FiniteCheck;

/**
 * The diagnostic of the first check that fails, in the order of the nodes. What comes after it was
 * computed from what is wrong, so that more would be said of one cause.
 * @param read numbers that the run left in a value
 */
export async function failedCheck(
  checks: readonly ResultCheck[],
  read: (value: ValueId) => Promise<ArrayLike<number>>,
): Promise<Diagnostic | undefined> {
  // Asked for together: each answer takes its time on the way.
  const found = await Promise.all(checks.map(({ value }) => read(value)));
  for (const [index, check] of checks.entries()) {
    const numbers = Array.from(found[index] ?? []);
    const { nodeId } = check;
    if ('problem' in check) {
      const isBad = areEqual(numbers);
      if (isBad) return messages.recipe(nodeId, check.problem);
      continue;
    }
    const bad = notFinite(check, numbers);
    if (bad > 0) return messages.nonFiniteResult(nodeId, check.port, bad);
  }
  return undefined;
}

/** A share of the larger number: what interpolation of one value everywhere differs by in float32. */
const rounding = 1e-6;

function areEqual(numbers: readonly number[]): boolean {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  // Numbers that are not finite are another check's.
  return !(high - low > rounding * Math.max(Math.abs(low), Math.abs(high)));
}

function notFinite({ countOf }: FiniteCheck, numbers: readonly number[]): number {
  const [count = 0] = numbers;
  return countOf === undefined
    ? numbers.filter((number) => !Number.isFinite(number)).length
    : count;
}
