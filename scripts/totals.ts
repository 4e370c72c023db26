import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A test that did not run, and why. */
export interface SkippedTest {
  readonly name: string;
  readonly reason: string;
}

/** What a runner found; the reporters write it and the whole-suite runner adds it up. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** The tests among the failures; a failure outside a test has no name. */
  readonly failedNames: readonly string[];
  readonly skipped: readonly SkippedTest[];
}

export const noTotals: Totals = { passed: 0, failed: 0, failedNames: [], skipped: [] };

/** The environment variable that names the file into which a reporter writes its totals. */
export const totalsFileVariable = 'WEFT_TOTALS_FILE';

export function addTotals(left: Totals, right: Totals): Totals {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    failedNames: [...left.failedNames, ...right.failedNames],
    skipped: [...left.skipped, ...right.skipped],
  };
}

/** Writes the totals where the whole-suite runner asked for them, if it did. */
export function writeTotals(totals: Totals): void {
  const path = process.env[totalsFileVariable];
  if (path !== undefined) writeFileSync(path, JSON.stringify(totals));
}

/** The totals that a reporter wrote, or undefined where the runner died before it wrote any. */
export function readTotals(path: string): Totals | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Totals) : undefined;
}
