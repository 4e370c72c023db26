import { type ExitStatus, exitStatus } from './exit-status';
import { failureReason, isFromSystem, machineFaultOf } from './failure-reason';
import { formatDiagnostic } from './format-diagnostic';
import type { Terminal } from './host';
import { jsonText } from './manifest';
import { messages } from './messages';

/**
 * Says that the machine is what failed, as text and, where the arguments ask for that, as JSON.
 * @returns how the program is to end; undefined where the machine is not to blame, and nothing was said
 */
export function tellMachineFault(
  error: unknown,
  args: readonly string[],
  terminal: Terminal,
): ExitStatus | undefined {
  const fault = machineFaultOf(error);
  if (fault === undefined && !isFromSystem(error)) return undefined;
  const other = { reason: failureReason(error), remedy: 'See to it, and run again.' };
  const diagnostic = messages.machine(fault ?? other);
  terminal.error(formatDiagnostic(diagnostic));
  // Asked of the words themselves: where they make no sense there are no options.
  if (args.includes('--json')) {
    terminal.out(jsonText({ status: 'failed', diagnostics: [diagnostic] }));
  }
  return exitStatus.refused;
}
