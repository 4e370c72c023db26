import { type ExitStatus, exitStatus } from './exit-status';
import { failureReason } from './failure-reason';
import type { Terminal } from './host';
import { printable } from './printable';

/** What is used of Node's standard streams. */
interface Stream {
  write(text: string): unknown;
  on(event: 'error', handler: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const usualColumns = 80;
const eraseLine = '\r\u001b[2K';

/**
 * The terminal, or the files and pipes that stand for it. `end` is called where results can no longer
 * be printed: well where the reader has had enough, as in `weft nodes | head`, and badly on a full disk.
 */
export function terminalOf(
  stdout: Stream,
  stderr: Stream,
  end: (status: ExitStatus) => void,
): Terminal {
  // A run goes on when nobody watches it any more.
  stderr.on('error', () => {});
  stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') return end(exitStatus.done);
    stderr.write(`weft: standard output cannot be written: ${failureReason(error)}.\n`);
    end(exitStatus.refused);
  });
  return {
    out: (text) => stdout.write(printable(text)),
    error: (text) => stderr.write(printable(text)),
    redraw(line) {
      // A line that wraps could not be erased again.
      const shown = printable(line).slice(0, (stderr.columns ?? usualColumns) - 1);
      stderr.write(`${eraseLine}${shown}`);
    },
    isInteractive: stderr.isTTY === true,
  };
}
