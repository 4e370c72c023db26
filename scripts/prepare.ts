import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('src/cli/main.ts') && existsSync('src/cpu-worker.ts')) {
  const built = spawnSync('npm', ['run', 'build:cli'], { stdio: 'inherit', shell: true });
  process.exitCode = built.status ?? 1;
}
