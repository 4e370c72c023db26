import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import { type ExitStatus, exitStatus } from './exit-status';
import { formatDiagnostic, hasError } from './format-diagnostic';
import type { Host } from './host';
import { jsonText } from './manifest';

/** Prints diagnostics where people look for them. */
export function report(diagnostics: readonly Diagnostic[], { terminal }: Host): void {
  for (const diagnostic of diagnostics) terminal.error(formatDiagnostic(diagnostic));
}

/** Ends a command that cannot go on: says why, and how the program is to end. */
export function refuse(
  diagnostics: readonly Diagnostic[],
  { json }: { readonly json: boolean },
  host: Host,
): ExitStatus {
  report(diagnostics, host);
  if (json) host.terminal.out(jsonText({ status: 'failed', diagnostics }));
  return statusOf(diagnostics);
}

/** A device that gave up is no fault of the recipe's; one that was asked for in vain is no fault. */
export function statusOf(diagnostics: readonly Diagnostic[]): ExitStatus {
  const isOurs = diagnostics.some(
    ({ severity, code, at }) =>
      severity === 'error' && (code === 'internal' || (code === 'device' && at.path === undefined)),
  );
  if (isOurs) return exitStatus.faultOfOurs;
  return hasError(diagnostics) ? exitStatus.refused : exitStatus.done;
}

/**
 * Each diagnostic once, without the compiler's remark that a loader has no data where another one says
 * why, and without the list of what would be left out where nothing runs.
 */
export function withoutEchoes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
  return unique.filter(({ code, severity, at }, index) => {
    if (code !== 'input-missing') return true;
    if (severity === 'warning') return !hasError(unique);
    return !unique
      .slice(0, index)
      .some((other) => other.severity === 'error' && other.at.nodeId === at.nodeId);
  });
}
