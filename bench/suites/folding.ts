import { secondsText } from '../../src/cli/format-table';
import type { BenchHost } from '../host';
import { everyRealPair, type Pair } from '../pairs';
import { readRecipe } from '../recipe';
import type { Section } from '../report';
import { runRecipe, unmet } from '../run-recipe';
import { scalarMetrics } from './recipes';

const title = 'brain-t1-svf on every pair: does the velocity field fold?';

/**
 * Registers every pair of the data folder by the velocity field, whatever the organ: the recipe is for
 * brains, but its promise, a map without folds, is for all images.
 */
export async function folding(host: BenchHost): Promise<readonly Section[]> {
  const pairs = everyRealPair();
  if (pairs.length === 0) {
    return [
      { title, columns: [], rows: [], notes: ['skipped: there is no data folder'], data: {} },
    ];
  }
  const measured = [];
  for (const pair of pairs) {
    measured.push(await measure(host, pair));
    // Full-size volumes take minutes: whoever waits sees which one it is.
    process.stderr.write(`${pair.name}: ${measured.at(-1)?.cells.join(' ')}\n`);
  }
  return [
    {
      title,
      columns: ['pair', 'seconds', 'correlation', 'mean Dice', 'smallest det', 'folding %'],
      rows: measured.map(({ pair, cells }) => [pair, ...cells]),
      failures: measured.flatMap(({ failures }) => failures),
      data: measured.map(({ pair, data }) => ({ pair, ...data })),
    },
  ];
}

async function measure(host: BenchHost, pair: Pair) {
  try {
    const { seconds, metrics, levels } = await runRecipe(host, readRecipe('brain-t1-svf'), pair);
    const numbers = scalarMetrics(metrics);
    const text = (name: string, digits: number) => numbers[name]?.toFixed(digits) ?? '–';
    return {
      pair: pair.name,
      cells: [
        secondsText(seconds.total),
        text('ncc', 3),
        text('dice.mean', 3),
        text('jacobian.minimum', 3),
        text('jacobian.nonPositivePercent', 4),
      ],
      failures: unmet(numbers, { 'jacobian.nonPositivePercent': { atMost: 0 } }).map(
        (failure) => `${pair.name}: ${failure}`,
      ),
      data: { metrics: numbers, seconds: seconds.total, levels },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { pair: pair.name, cells: [reason], failures: [`${pair.name}: ${reason}`], data: {} };
  }
}
