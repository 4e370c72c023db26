import type { Diagnostic } from '../runtime/api/engine/diagnostics';

/** A diagnostic for people: `error [code] node.port: message`, and below it what to do. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, at, message } = diagnostic;
  const remedy = `${diagnostic.remedy}${inputHint(diagnostic)}`;
  const detail = at.port ?? at.parameter;
  const place = at.nodeId === undefined ? at.path : detail ? `${at.nodeId}.${detail}` : at.nodeId;
  const where = place ? ` ${place}:` : ':';
  return `${severity} [${code}]${where} ${message}\n  → ${remedy}\n`;
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
