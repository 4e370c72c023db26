import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line';
import { exitStatus } from '../../../src/cli/exit-status';
import type { Host } from '../../../src/cli/host';
import { createTestHost, engineWith } from './test-host';

const args = ['run', 'pipelines/brain-2d-greedy.json', '--out', 'there', '--json'];

async function weft(changes: Partial<Host>) {
  const host = createTestHost();
  const status = await runCommandLine(args, { ...host, ...changes });
  const { out, error } = host.printed();
  const result = JSON.parse(out);
  return { status, error, said: Object.keys(result), diagnostics: result.diagnostics };
}

const refusal = (code: string): Error =>
  Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'open' });

describe('what the machine refuses is told as that, with what can be done', {
  timeout: 60_000,
}, () => {
  it.each([
    ['EMFILE', /may open no more files/, /ulimit -n/],
    ['ENFILE', /too many files are open/, /Close other programs/],
    ['ENOMEM', /no memory left/, /smaller images/],
    ['ERR_WORKER_OUT_OF_MEMORY', /Node may take/, /max-old-space-size/],
    ['EIO', /the disk or the connection to it failed/, /run again/],
  ])('%s where the engine starts', async (code, reason, remedy) => {
    const { status, error, diagnostics } = await weft({
      openEngine: () => Promise.reject(refusal(code)),
    });
    expect(status).toBe(exitStatus.refused);
    expect(diagnostics).toMatchObject([{ code: 'machine', severity: 'error' }]);
    expect(diagnostics[0].message).toMatch(reason);
    expect(diagnostics[0].remedy).toMatch(remedy);
    expect(error).not.toContain('fault of Weft');
  });

  it.each([
    'The device gave up: A thread failed: Worker initialization failure: EMFILE',
    "The device gave up: A thread failed: EMFILE: too many open files, open 'cpu-worker.js'",
  ])('where a thread could not start: %s', async (message) => {
    const host = createTestHost();
    const engine = await host.openEngine({ device: 'cpu', threads: 1 });
    const failing = engineWith(engine, {
      run: async (request, onProgress) => ({
        ...(await engine.run({ ...request, bindings: {} }, onProgress)),
        diagnostics: [
          {
            severity: 'error',
            code: 'device',
            at: { nodeId: 'greedy' },
            message,
            remedy: 'Run again.',
          },
        ],
      }),
    });
    const { status, said, diagnostics } = await weft({ openEngine: async () => failing });
    expect(status).toBe(exitStatus.refused);
    expect(diagnostics).toMatchObject([{ code: 'machine', at: { nodeId: 'greedy' } }]);
    expect(diagnostics[0].remedy).toContain('--threads');
    // How far a failed run came differs from run to run: that is no result.
    expect(said).toEqual(['status', 'diagnostics']);
  });
});
