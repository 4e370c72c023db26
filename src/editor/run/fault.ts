import type { Diagnostic } from '../../runtime/api/engine/diagnostics';

/** A thrown error of the engine in the words of a diagnostic. */
export function faultOfOurs(error: unknown): Diagnostic {
  return {
    severity: 'error',
    code: 'internal',
    at: {},
    message: `The engine stopped: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'This is a fault of Weft. Your recipe is safe: save it, reload the page and try again.',
  };
}
