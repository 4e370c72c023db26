import type { Diagnostic } from '../runtime/api/diagnostics';

/** A diagnostic for people: `error [code] node.port: message`, and below it what to do. */
export function formatDiagnostic({ severity, code, at, message, remedy }: Diagnostic): string {
  const detail = at.port ?? at.parameter;
  const place = at.nodeId === undefined ? at.path : detail ? `${at.nodeId}.${detail}` : at.nodeId;
  const where = place ? ` ${place}:` : ':';
  return printable(`${severity} [${code}]${where} ${message}\n  → ${remedy}\n`);
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
