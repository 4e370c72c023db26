import { secondsText } from '../../src/cli/format-table';
import type { BenchHost } from '../host';
import { filesOf, type Pair } from '../pairs';
import { readRecipe } from '../recipe';
import type { Section } from '../report';
import { runRecipe, unmet } from '../run-recipe';
import { type Figures, type SystemPair, systemPairs } from '../systems';

const columns = [
  'pair, recipe',
  'mean Dice',
  'correlation',
  'landmarks mm',
  'folding %',
  'smallest det',
  'seconds',
  'levels cut off',
];

/**
 * Every recipe on every pair that it is meant for, whole and with its own parameters: what it reached, beside what
 * the headers gave and what another tool reached.
 * @throws Error where `--only` names neither a recipe nor a pair
 */
export async function systems(host: BenchHost): Promise<readonly Section[]> {
  const rows: string[][] = [];
  const notes: string[] = [];
  const failures: string[] = [];
  const data: object[] = [];
  for (const system of systemPairs) {
    const recipes = system.recipes.filter((recipe) => isWanted(host, system, recipe));
    if (recipes.length === 0) continue;
    const pair = filesOf(system.name, system.folder, system.files);
    if ('skipped' in pair) {
      notes.push(`skipped ${pair.skipped}`);
      continue;
    }
    rows.push(figuresRow(`${system.name}, by its headers`, system.before));
    for (const recipe of recipes) {
      const measured = await measure(host, recipe, pair);
      rows.push(measured.row);
      failures.push(...measured.failures);
      data.push({ pair: system.name, recipe, ...measured.data });
      // Some take minutes: whoever waits sees which one it is.
      process.stderr.write(`${measured.row.join('  ')}\n`);
    }
    const { peer } = system;
    if (peer) rows.push(figuresRow(`${system.name}, ${peer.tool}`, peer));
  }
  if (rows.length + notes.length === 0) {
    throw new Error(`No recipe and no pair is called "${host.options.only}".`);
  }
  const title = `Recipes on the pairs that they are meant for, ${host.options.device}`;
  return [{ title, columns, rows, notes, failures, data }];
}

function isWanted({ options }: BenchHost, system: SystemPair, recipe: string): boolean {
  return options.only === undefined || [system.name, recipe].includes(options.only);
}

async function measure(host: BenchHost, recipe: string, pair: Pair) {
  const name = `${pair.name}, ${recipe}`;
  try {
    const { metrics, seconds, levels } = await runRecipe(host, readRecipe(recipe), pair);
    const text = (metric: string, digits: number) => metrics[metric]?.toFixed(digits) ?? '-';
    const cutOff = levels.filter(({ outcome }) => outcome === 'cap').length;
    return {
      row: [
        name,
        text('dice.mean', 3),
        text('ncc', 3),
        text('tre.mean', 2),
        text('jacobian.nonPositivePercent', 4),
        text('jacobian.minimum', 3),
        secondsText(seconds.total),
        `${cutOff} of ${levels.length}`,
      ],
      failures: unmet(metrics, { 'jacobian.nonPositivePercent': { atMost: 0 } }).map(
        (failure) => `${name}: ${failure}`,
      ),
      data: { metrics: wholeImage(metrics), seconds, levels },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { row: [name, reason], failures: [`${name}: ${reason}`], data: { reason } };
  }
}

function figuresRow(name: string, { dice, ncc, treMm, seconds }: Figures): string[] {
  return [
    name,
    dice?.toFixed(3) ?? '-',
    ncc?.toFixed(3) ?? '-',
    treMm?.toFixed(2) ?? '-',
    '-',
    '-',
    seconds === undefined ? '-' : secondsText(seconds),
    '',
  ];
}

/** Metrics without those of single labels, landmarks and starts. */
function wholeImage(metrics: Readonly<Record<string, number>>): Record<string, number> {
  const single = /^(?:dice\.(?!mean)|tre\.point\.|start\.)/;
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !single.test(name)));
}
