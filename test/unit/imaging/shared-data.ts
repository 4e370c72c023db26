import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../../shared/data');

/** True where the test images that are not part of the repository lie beside it. */
export const hasSharedData = existsSync(resolve(folder, 'odd-files/manifest.json'));

if (!hasSharedData) {
  process.stdout.write(`Skipped: tests on shared images, because there are none in ${folder}.\n`);
}

export function readShared(path: string): Uint8Array {
  return readFileSync(resolve(folder, path));
}

export function readSharedText(path: string): string {
  return readFileSync(resolve(folder, path), 'utf8');
}
