import type { Arguments } from '../arguments';
import type { ExitStatus } from '../exit-status';
import type { Host } from '../host';
import { run } from './run';

/** `weft demo`: the default recipe on the pair of generated heads that it comes with. */
export async function demo(options: Arguments, host: Host): Promise<ExitStatus> {
  const { packageFolder, files, terminal } = host;
  const recipePath = ['pipelines', 'brain-t1-greedy.json'].reduce(files.join, packageFolder);
  terminal.error('Registering two generated heads, person 2 to person 1.\n');
  return run({ ...options, recipePath, out: options.out ?? files.join('out', 'demo') }, host);
}
