import type { Diagnostic } from '../runtime/api/engine/diagnostics';

/** A diagnostic for people: `error [code] node.port: message`, and below it what to do. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, at, message } = diagnostic;
  const remedy = `${diagnostic.remedy}${inputHint(diagnostic)}`;
  const detail = at.port ?? at.parameter;
  const place = at.nodeId === undefined ? at.path : detail ? `${at.nodeId}.${detail}` : at.nodeId;
  const where = place ? ` ${place}:` : ':';
  return printable(`${severity} [${code}]${where} ${message}\n  → ${remedy}\n`);
}

/** How data is bound here; the engine's own words hold for the page too. */
function inputHint({ severity, code, at, remedy }: Diagnostic): string {
  const isOfLoader = severity === 'error' && code === 'input-missing' && at.nodeId !== undefined;
  return isOfLoader && !remedy.includes('--input') ? ` Here: --input ${at.nodeId}=FILE.` : '';
}

/** True where one of them keeps the recipe from running. */
export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/**
 * Text without control characters but line ends. Names from a recipe or a file are not trusted: an
 * escape sequence in one could repaint the terminal.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '�');
}
