import { bytesText } from '../../src/cli/format-table';
import { compileRecipe, openRecipe, writeInputs } from '../compiled-recipe';
import type { BenchHost } from '../host';
import { type Pair, phantomPair, realPair } from '../pairs';
import { shortened } from '../pass-times';
import { readRecipe } from '../recipe';
import { percentText, type Section } from '../report';

/** The plan's figure and the device's may differ by this fraction. */
const target = 0.1;

/** What the same recipes needed at 1 mm, bytes, when every output lived to the end of the plan. */
const beforeBytes: Readonly<Record<string, number>> = {
  'brain-t1-greedy, vxm-1mm': 818 * 2 ** 20,
  'brain-t1-svf, vxm-1mm': 1357 * 2 ** 20,
};

/** Compares the memory that plans announce with what the device allocates. */
export async function memory(host: BenchHost): Promise<readonly Section[]> {
  const { quick } = host.options;
  const device = await host.openDevice();
  try {
    const pairs: Pair[] = [phantomPair];
    const notes = [
      'before: planned when every output lived to the end of the plan',
      'process: growth of the resident set while the first iterations run',
    ];
    for (const real of [realPair('head-2mm'), realPair('vxm-1mm')]) {
      if ('skipped' in real) notes.push(`skipped ${real.skipped}`);
      else if (!quick) pairs.push(real);
    }
    const data: object[] = [];
    const rows: string[][] = [];
    const failures: string[] = [];
    for (const pair of pairs) {
      for (const name of ['brain-t1-greedy', 'brain-t1-svf']) {
        const recipe = await openRecipe(readRecipe(name, { quick }), pair);
        const plan = shortened(compileRecipe(recipe), -1, 2);
        const before = process.memoryUsage.rss();
        const execution = await device.prepare(plan);
        writeInputs(plan, recipe, (buffer, values) => execution.write(buffer, values));
        await execution.run({
          observer: {},
          signal: new AbortController().signal,
          previewEveryMs: 0,
        });
        const grownBytes = process.memoryUsage.rss() - before;
        const { allocatedBytes } = execution;
        execution.destroy();
        const ratio = allocatedBytes / plan.peakBytes;
        if (Math.abs(ratio - 1) > target) {
          failures.push(`${name}, ${pair.name}: off by more than ${percentText(target)}`);
        }
        const was = beforeBytes[`${name}, ${pair.name}`];
        rows.push([
          `${name}, ${pair.name}`,
          was === undefined ? '' : bytesText(was),
          bytesText(plan.peakBytes),
          bytesText(allocatedBytes),
          ratio.toFixed(3),
          bytesText(Math.max(0, grownBytes)),
        ]);
        data.push({
          recipe: name,
          pair: pair.name,
          planBytes: plan.peakBytes,
          allocatedBytes,
          grownBytes,
        });
      }
    }
    return [
      {
        title: `Memory, ${device.name}`,
        columns: ['recipe, pair', 'before', 'plan', 'allocated', 'ratio', 'process'],
        rows,
        notes,
        failures,
        data,
      },
    ];
  } finally {
    device.destroy();
  }
}
