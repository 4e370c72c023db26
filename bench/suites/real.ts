import { secondsText } from '../../src/cli/format-table';
import type { BenchHost } from '../host';
import { type RealPairName, realPair } from '../pairs';
import { peers, targets } from '../peers';
import { type RecipeName, readRecipe } from '../recipe';
import type { Section } from '../report';
import { runRecipe, unmet } from '../run-recipe';
import { scalarMetrics } from './recipes';

const pairNames = ['vxm', 'oas', 'head-2mm'] as const satisfies RealPairName[];
const recipeNames = ['brain-t1-greedy', 'brain-t1-svf'] as const satisfies RecipeName[];

/** Registers the real pairs and prints the figures beside those of other tools. */
export async function real(host: BenchHost): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const name of pairNames) sections.push(await measure(host, name));
  return sections;
}

async function measure(host: BenchHost, name: RealPairName): Promise<Section> {
  const title = `${name}, beside other tools`;
  const pair = realPair(name);
  if ('skipped' in pair)
    return { title, columns: [], rows: [], notes: [`skipped ${pair.skipped}`], data: {} };
  const rows: string[][] = [];
  const failures: string[] = [];
  const data: object[] = [];
  for (const recipe of recipeNames) {
    const result = await runRecipe(host, readRecipe(recipe), pair);
    const metrics = scalarMetrics(result.metrics);
    rows.push(
      row(`weft, ${recipe}, ${host.options.device}`, {
        seconds: result.seconds.total,
        ncc: metrics.ncc ?? Number.NaN,
        ...(metrics['dice.mean'] === undefined ? {} : { dice: metrics['dice.mean'] }),
        foldingPercent: metrics['jacobian.nonPositivePercent'] ?? Number.NaN,
      }),
    );
    const expected =
      recipe === 'brain-t1-greedy'
        ? (targets[name] ?? {})
        : { 'jacobian.nonPositivePercent': { atMost: 0 } };
    failures.push(...unmet(metrics, expected).map((text) => `${recipe}: ${text}`));
    data.push({ recipe, metrics, seconds: result.seconds, levels: result.levels });
  }
  rows.push(
    ...peers[name].map((peer) => row(peer.mirrored ? `${peer.tool}, MIRRORED` : peer.tool, peer)),
  );
  return {
    title,
    columns: ['', 'seconds', 'correlation', 'mean Dice', 'folding %'],
    rows,
    failures,
    data,
  };
}

function row(
  name: string,
  figure: {
    readonly seconds: number;
    readonly ncc: number;
    readonly dice?: number;
    readonly foldingPercent: number;
  },
): string[] {
  return [
    name,
    secondsText(figure.seconds),
    figure.ncc.toFixed(3),
    figure.dice === undefined ? '-' : figure.dice.toFixed(3),
    figure.foldingPercent.toFixed(3),
  ];
}
