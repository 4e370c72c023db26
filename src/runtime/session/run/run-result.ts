import type { Diagnostic } from '../../api/engine/diagnostics';
import type { RunResult } from '../../api/engine/engine-api';

/** What is known of every run, however it ends. */
export type RunFrame = Pick<RunResult, 'device' | 'deviceName'> & { readonly startedMs: number };

/** The result of a run, or of a part of one, that gave nothing. */
export function emptyResult(
  { device, deviceName, startedMs }: RunFrame,
  status: RunResult['status'],
  diagnostics: readonly Diagnostic[],
): RunResult {
  return {
    status,
    diagnostics,
    device,
    deviceName,
    metrics: {},
    seconds: { total: (performance.now() - startedMs) / 1000, nodes: {} },
    peakBytes: 0,
    levels: [],
    converged: false,
    outputs: [],
    turned: [],
  };
}

/**
 * The result of two stages of a run. The later one knows what the earlier one left (outputs,
 * metrics, levels), unless it never came so far.
 */
export function followedBy(before: RunResult, after: RunResult): RunResult {
  const knows = after.outputs.length > 0 ? after : before;
  return {
    ...knows,
    status: after.status,
    diagnostics: withoutRepeats([...before.diagnostics, ...after.diagnostics]),
    seconds: {
      total: after.seconds.total,
      nodes: { ...before.seconds.nodes, ...after.seconds.nodes },
    },
    peakBytes: Math.max(before.peakBytes, after.peakBytes),
    converged: after.status === 'done' && knows.converged,
    turned: [...before.turned, ...after.turned],
  };
}

/** Each of them once. */
export function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}
