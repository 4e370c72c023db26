import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { LoweringProblem } from '../api/nodes/lowering-problem';
import type { ValueId } from '../ir/values';

/** What a node cannot know before the recipe has run: scalars that must not all be equal. */
export interface ResultCheck {
  readonly value: ValueId;
  readonly nodeId: string;
  /** What the person is told, at the node, where they are equal. */
  readonly problem: LoweringProblem;
}

/**
 * The diagnostic of the first check that fails, in the order of the nodes. What comes after it was
 * computed from what is wrong, so that more would be said of one cause.
 * @param read numbers that the run left in a value
 */
export async function failedCheck(
  checks: readonly ResultCheck[],
  read: (value: ValueId) => Promise<ArrayLike<number>>,
): Promise<Diagnostic | undefined> {
  for (const { value, nodeId, problem } of checks) {
    const numbers = Array.from(await read(value));
    if (numbers.every((number) => number === numbers[0])) return messages.recipe(nodeId, problem);
  }
  return undefined;
}
