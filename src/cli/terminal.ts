import type { Terminal } from './host';

/** What is used of Node's standard streams. */
interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const usualColumns = 80;

/** The terminal, or the files and pipes that stand for it. */
export function terminalOf(stdout: Stream, stderr: Stream): Terminal {
  return {
    out: (text) => stdout.write(text),
    error: (text) => stderr.write(text),
    isInteractive: stderr.isTTY === true,
    get columns() {
      return stderr.columns ?? usualColumns;
    },
  };
}
