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

/** A dropped file that the browser does not hand over: most often a folder. */
export function unreadableFile(nodeId: string, name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-problem',
    at: { nodeId, parameter: 'source' },
    message: `“${name}” cannot be read: it is a folder, or it has changed since it was chosen.`,
    remedy:
      'Choose one image file. Of a folder of DICOM files make a NIfTI file first, for example with dcm2niix.',
  };
}
