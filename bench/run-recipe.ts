import type { PipelineDocument } from '../src/pipeline/schema';
import { writeDocument } from '../src/pipeline/write-document';
import type { RunResult } from '../src/runtime/api/engine/engine-api';
import type { BenchHost } from './host';
import type { Pair } from './pairs';
import { openPair } from './recipe';

/**
 * Runs a recipe in a new session, so that nothing is kept from an earlier run.
 * @throws Error where it does not end well
 */
export async function runRecipe(
  host: BenchHost,
  document: PipelineDocument,
  pair: Pair,
): Promise<RunResult> {
  const session = host.openSession();
  try {
    const bindings = await openPair(document, pair, (request) => session.openInput(request));
    const result = await session.run(
      {
        runId: 'bench',
        documentText: writeDocument(document),
        bindings,
        device: host.options.device,
        // As the command line does.
        keep: 'needed',
      },
      () => undefined,
    );
    if (result.status !== 'done') {
      throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
    }
    return result;
  } finally {
    await session.destroy();
  }
}

/** What `metrics` must reach, as a recipe's `expects` says it. */
export type Expected = Readonly<
  Record<string, { readonly atLeast?: number | undefined; readonly atMost?: number | undefined }>
>;

/** Metrics that are not as expected, one line each. Those of labels that were not given are left out. */
export function unmet(metrics: Readonly<Record<string, number>>, expected: Expected): string[] {
  return Object.entries(expected).flatMap(([name, { atLeast, atMost }]) => {
    const value = metrics[name];
    if (value === undefined) return [];
    const isMet =
      value >= (atLeast ?? Number.NEGATIVE_INFINITY) &&
      value <= (atMost ?? Number.POSITIVE_INFINITY);
    const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
    return isMet ? [] : [`${name} is ${value.toPrecision(4)}, not ${wanted}`];
  });
}
