// @ts-check
// Compiles the AssemblyScript sources of src/runtime/simd to WebAssembly: once over memory that
// threads share and once over memory of one thread, as a module names which of the two it takes.
// Written as base64 text, which every bundler imports with `?raw`, as it does WGSL.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const sources = resolve(import.meta.dirname, '../src/runtime/simd');
const outDir = join(sources, 'build');

/** Code that needs no table, no data and no runtime: functions over addresses that callers hand in. */
const common = [
  'index.ts',
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd,bulk-memory,threads'],
  ...['--importMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--memoryBase', '64'],
];

/** @param {string} name @param {readonly string[]} options */
async function compile(name, options) {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main([...common, ...options, '-o', name], {
    readFile(file) {
      const path = join(sources, file.replace(/\.ts$/, '.as'));
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile(_, contents) {
      bytes = /** @type {Uint8Array} */ (contents);
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw new Error(`${error?.message}\n${stderr.toString()}`);
  const path = join(outDir, `${name}.base64`);
  const text = Buffer.from(bytes).toString('base64');
  // What reads it meanwhile, as tests beside a build do, must not find half of the same.
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

mkdirSync(outDir, { recursive: true });
await compile('shared', ['--sharedMemory']);
await compile('unshared', []);
