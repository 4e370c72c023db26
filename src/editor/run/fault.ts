import type { Diagnostic } from '../../runtime/api/engine/diagnostics';
import { EngineLost } from '../engine-life';

const lossMessage = 'The engine stopped while it worked on this.';

/** A thrown error of the engine in the words of a diagnostic. */
export function faultOfOurs(error: unknown): Diagnostic {
  if (error instanceof EngineLost) return engineLost(error, undefined);
  return {
    severity: 'error',
    code: 'internal',
    at: {},
    message: `The engine stopped: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'This is a fault of Weft. Save your recipe to a file, reload the page and try again.',
  };
}

/** That the engine ended while it worked on a node, or on nothing that is known. */
export function engineLost(error: EngineLost, nodeId: string | undefined): Diagnostic {
  return {
    severity: 'error',
    code: 'device',
    at: nodeId === undefined ? {} : { nodeId },
    message: `${lossMessage} ${error.message}`,
    remedy:
      'A fresh one is started, and images are opened again: press Run. If it stops here once more, ' +
      'the machine may be short of memory: close other pages, or use smaller images.',
  };
}

/** True where the engine's end is what went wrong: another try may go well. */
export function isEngineLoss({ code, message }: Diagnostic): boolean {
  return code === 'device' && message.startsWith(lossMessage);
}
