import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import type { PoolThread } from '../../src/runtime/cpu/pool-worker';
import { nodePoolThread } from '../../src/runtime/cpu/threads';

/**
 * What starts the CPU device's pool threads in a test. They run `src/cpu-worker.ts` as it is now,
 * bundled anew, and not what the last build of the command line left in `dist`.
 */
export async function poolThreadStarter(): Promise<() => PoolThread> {
  const outDir = resolve('node_modules/.cache/weft', `pool-threads-${process.pid}`);
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: true,
      outDir,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: resolve('src/cpu-worker.ts'),
        output: { entryFileNames: 'cpu-worker.mjs' },
      },
    },
  });
  return () => nodePoolThread(new Worker(resolve(outDir, 'cpu-worker.mjs')));
}
