import { type ExitStatus, exitStatus } from './exit-status';
import type { Host } from './host';

/** What is used of Node's `process`. */
interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', handler: () => void): unknown;
}

/** How the program ends at each signal that asks it to. */
const statusOfSignal = {
  SIGINT: exitStatus.interrupted,
  SIGTERM: exitStatus.terminated,
  SIGHUP: exitStatus.hungUp,
} as const;

/**
 * Tells whoever registered last that the program is to end. `end` is called at the second signal, and at the
 * first one where nobody has registered.
 */
export function interruptionsOf(
  signals: Signals,
  end: (status: ExitStatus) => void,
): Host['onInterrupt'] {
  const handlers: ((status: ExitStatus) => void)[] = [];
  let isTold = false;
  for (const [signal, status] of Object.entries(statusOfSignal)) {
    signals.on(signal as keyof typeof statusOfSignal, () => {
      const last = handlers.at(-1);
      if (isTold || last === undefined) return end(status);
      isTold = true;
      last(status);
    });
  }
  return (handler) => {
    handlers.push(handler);
    return () => {
      const index = handlers.lastIndexOf(handler);
      if (index >= 0) handlers.splice(index, 1);
    };
  };
}

/** The signal for which a program ends with a status; undefined where it is no signal's. */
export function signalOf(status: ExitStatus): keyof typeof statusOfSignal | undefined {
  const found = Object.entries(statusOfSignal).find(([, one]) => one === status);
  return found?.[0] as keyof typeof statusOfSignal | undefined;
}
