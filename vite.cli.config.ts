import { defineConfig } from 'vite';

/**
 * A name by which a person can tell what a part holds: of our own files the one that brought it about, else
 * the package that most of its files are from.
 */
function partName({ name, moduleIds }: { name: string; moduleIds: readonly string[] }): string {
  const counts = new Map<string, number>();
  for (const id of moduleIds) {
    const inside = id.split('node_modules/').at(-1) ?? '';
    const owner = id.includes('node_modules/')
      ? (/^(@[^/]+\/)?[^/]+/.exec(inside)?.[0] ?? '')
      : 'weft';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  const [owner = 'weft'] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return owner === 'weft' ? name : owner.replace(/^@/, '').replaceAll(/[^a-z0-9]+/gi, '-');
}

/**
 * Builds the command line. `webgpu` stays outside, because it loads a native library beside itself;
 * everything else is bundled, so that `dist/cli` runs with no package installed, on the cpu device.
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
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: (part) => `chunks/${partName(part)}-[hash].js`,
      },
    },
  },
});
