import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach } from 'vitest';

const folder = resolve('../shared/data');

/** The absolute path of a real image or table, which lies beside the repository and is not part of it. */
export function sharedDataPath(path: string): string {
  return resolve(folder, path);
}

/**
 * Called in a `describe`, skips each of its tests, with the reason, where one of the paths is absent.
 * Unlike `describe.skipIf`, it lets the suite's totals say why.
 */
export function needsSharedData(...paths: readonly string[]): void {
  const missing = paths.filter((path) => !existsSync(sharedDataPath(path)));
  beforeEach((context) => {
    context.skip(missing.length > 0, `../shared/data has no ${missing.join(', ')} here`);
  });
}
