import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter';
import { type SkippedTest, writeTotals } from './totals';

/** A Playwright reporter that writes how many tests passed, failed and were skipped, and why. */
export default class PlaywrightTotals implements Reporter {
  private suite: Suite | undefined;
  private errorsOutsideTests = 0;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  onError(): void {
    this.errorsOutsideTests += 1;
  }

  onEnd(): void {
    let passed = 0;
    let failed = this.errorsOutsideTests;
    const failedNames: string[] = [];
    const skipped: SkippedTest[] = [];
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome();
      const name = test.titlePath().filter(Boolean).join(' › ');
      if (outcome === 'skipped') {
        const note = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme');
        skipped.push({ name, reason: note?.description ?? 'no reason given' });
      } else if (outcome === 'unexpected') {
        failed += 1;
        failedNames.push(name);
      } else passed += 1;
    }
    writeTotals({ passed, failed, failedNames, skipped });
  }
}
