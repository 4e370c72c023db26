import { execFileSync } from 'node:child_process';
import { defineConfig } from 'vite';

/**
 * Builds the benchmark, as the command line is built: `dist/bench` runs with only the package
 * `webgpu` installed, so that it can be carried to the machine that is to be measured.
 */
export default defineConfig({
  publicDir: false,
  define: { builtFromCommit: JSON.stringify(currentCommit()) },
  ssr: { target: 'node', noExternal: true, external: ['webgpu'] },
  build: {
    ssr: true,
    outDir: 'dist/bench',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        main: 'bench/main.ts',
        'cpu-worker': 'src/cpu-worker.ts',
        'timing-worker': 'bench/timing-worker.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});

function currentCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}
