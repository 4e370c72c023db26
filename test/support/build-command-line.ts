import { spawnSync } from 'node:child_process';

/** Builds `dist/cli` as it is shipped; throws what the build said where it fails. */
export function buildCommandLine(): void {
  const built = spawnSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.cli.config.ts'],
    { encoding: 'utf8' },
  );
  if (built.status !== 0) throw new Error(built.stderr);
}
