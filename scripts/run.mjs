// @ts-check
// Runs a TypeScript file of this repository: `node scripts/run.mjs scripts/test.ts [arguments]`.
// Node 20 does not read TypeScript, and the sources import WGSL with `?raw`; so Vite bundles the file
// as it bundles the command line, and the bundle runs in this process, from the repository root.
import { rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const [script, ...scriptArguments] = process.argv.slice(2);
if (script === undefined) throw new Error('Name the TypeScript file to run.');

const name = basename(script, '.ts');
// A folder per process: two runs of one script must not overwrite each other's bundle.
const outDir = resolve('node_modules/.cache/weft/scripts', `${name}-${process.pid}`);
process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));

await build({
  configFile: false,
  logLevel: 'error',
  publicDir: false,
  ssr: { target: 'node' },
  build: {
    ssr: true,
    outDir,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: 'inline',
    rolldownOptions: {
      input: { [name]: resolve(script) },
      output: { entryFileNames: '[name].mjs' },
    },
  },
});

process.setSourceMapsEnabled(true);
process.argv = [process.argv[0] ?? 'node', resolve(script), ...scriptArguments];
await import(pathToFileURL(resolve(outDir, `${name}.mjs`)).href);
