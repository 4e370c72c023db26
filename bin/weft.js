#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write(
    'weft has not been built yet. Run "npm run build:cli" (npm ci does it too).\n',
  );
  process.exitCode = 3;
}
