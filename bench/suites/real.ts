import { secondsText } from '../../src/cli/format-table';
import type { BenchHost } from '../host';
import { type RealPairName, realPair } from '../pairs';
import { peers, targets } from '../peers';
import { readRecipe } from '../recipe';
import type { Section } from '../report';
import { runRecipe, unmet } from '../run-recipe';
import { scalarMetrics } from './recipes';

const forVolumes = [
  'brain-t1-affine',
  'brain-t1-greedy',
  'brain-t1-svf',
  'ants-syn',
  'fireants-syn',
] as const;
const recipesOf = {
  vxm: forVolumes,
  oas: forVolumes,
  'head-2mm': forVolumes,
  slices: ['brain-2d-greedy'],
} as const satisfies Partial<Record<RealPairName, readonly string[]>>;

type MeasuredPair = keyof typeof recipesOf;

const pairNames = Object.keys(recipesOf) as readonly MeasuredPair[];
const mebibyte = 2 ** 20;

/** Registers the real pairs with every shipped recipe and prints the figures beside those of other tools. */
export async function real(host: BenchHost): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const name of pairNames) sections.push(await measure(host, name));
  return sections;
}

async function measure(host: BenchHost, name: MeasuredPair): Promise<Section> {
  const title = `${name}, beside other tools`;
  const pair = realPair(name);
  if ('skipped' in pair)
    return { title, columns: [], rows: [], notes: [`skipped ${pair.skipped}`], data: {} };
  const rows: string[][] = [];
  const failures: string[] = [];
  const data: object[] = [];
  for (const recipe of recipesOf[name]) {
    const result = await runRecipe(host, readRecipe(recipe), pair);
    const metrics = scalarMetrics(result.metrics);
    rows.push(
      row(`weft, ${recipe}, ${host.options.device}`, {
        seconds: result.seconds.total,
        ncc: metrics.ncc ?? Number.NaN,
        ...(metrics['dice.mean'] === undefined ? {} : { dice: metrics['dice.mean'] }),
        ...(metrics['jacobian.nonPositivePercent'] === undefined
          ? {}
          : { foldingPercent: metrics['jacobian.nonPositivePercent'] }),
        peakBytes: result.peakBytes,
      }),
    );
    const expected =
      recipe === 'brain-t1-greedy'
        ? (targets[name] ?? {})
        : recipe === 'brain-t1-affine'
          ? {}
          : { 'jacobian.nonPositivePercent': { atMost: 0 } };
    failures.push(...unmet(metrics, expected).map((text) => `${recipe}: ${text}`));
    const { seconds, levels, peakBytes } = result;
    data.push({ recipe, metrics, seconds, levels, peakBytes });
  }
  rows.push(
    ...peers[name].map((peer) => row(peer.mirrored ? `${peer.tool}, MIRRORED` : peer.tool, peer)),
  );
  return {
    title,
    columns: ['', 'seconds', 'correlation', 'mean Dice', 'folding %', 'peak MiB'],
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
    readonly foldingPercent?: number;
    readonly peakBytes?: number;
  },
): string[] {
  return [
    name,
    secondsText(figure.seconds),
    figure.ncc.toFixed(3),
    figure.dice === undefined ? '-' : figure.dice.toFixed(3),
    figure.foldingPercent === undefined ? '-' : figure.foldingPercent.toFixed(3),
    figure.peakBytes === undefined ? '-' : (figure.peakBytes / mebibyte).toFixed(0),
  ];
}
