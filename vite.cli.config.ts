import { defineConfig } from 'vite';

/**
 * Builds the command line. `webgpu` stays outside, because it loads a native library beside itself;
 * everything else is bundled, so that `dist/cli` runs with only that package installed.
 */
export default defineConfig({
  publicDir: false,
  ssr: { target: 'node', noExternal: true, external: ['webgpu'] },
  build: {
    ssr: true,
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        main: 'src/cli/main.ts',
        'engine-worker': 'src/cli/engine-worker.ts',
        'cpu-worker': 'src/cpu-worker.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
