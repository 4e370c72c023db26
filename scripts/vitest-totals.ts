import type { Reporter, TestModule } from 'vitest/node';
import { type SkippedTest, writeTotals } from './totals';

/** A Vitest reporter that writes how many tests passed, failed and were skipped, and why. */
export default class VitestTotals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    // An error outside a test, or a file that does not load, is a failure that no test reports.
    let failed = unhandledErrors.length;
    const failedNames: string[] = [];
    const skipped: SkippedTest[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'failed') {
          failed += 1;
          failedNames.push(`${module.relativeModuleId}: ${test.fullName}`);
        } else {
          const reason = result.state === 'skipped' ? result.note : 'it never started';
          skipped.push({ name: test.fullName, reason: reason ?? 'no reason given' });
        }
      }
    }
    writeTotals({ passed, failed, failedNames, skipped });
  }
}
