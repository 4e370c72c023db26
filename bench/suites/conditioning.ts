import { readNifti, toImageVolume } from '../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantomPair } from '../../src/imaging/phantoms/head';
import type { Params, PipelineDocument } from '../../src/pipeline/schema';
import { writeDocument } from '../../src/pipeline/write-document';
import type { BenchHost } from '../host';
import { type Pair, realPair } from '../pairs';
import { openPair, readRecipe, withParameters } from '../recipe';
import type { Section } from '../report';
import { scalarMetrics } from './recipes';

/** Relative change of the moving image, as large as a rounding error of float32. */
const relativeChange = 1e-7;

/** The field stages as they are published: what the recipes said before decision 0012. */
const published: Readonly<Record<string, Params>> = {
  'field-adam': { epsilon: 1e-8, beta2: 0.99 },
  'field-model': { smoothFieldVoxels: 0.4 },
  'linear-adam': { epsilon: 1e-8 },
  'local-correlation': { epsilon: 1e-5 },
};

const recipes = [
  { name: 'brain-t1-greedy', register: 'greedy' },
  { name: 'brain-t1-svf', register: 'svf' },
] as const;

/** What a rounding error in the moving image does to a result, with and without the parameters of 0012. */
export async function conditioning(host: BenchHost): Promise<readonly Section[]> {
  const real = (['vxm', 'oas'] as const).map(realPair);
  const pairs = [smallHeads(), ...real.flatMap((pair) => ('skipped' in pair ? [] : [pair]))];
  const rows: string[][] = [];
  const data: object[] = [];
  for (const pair of pairs) {
    for (const { name, register } of recipes) {
      const shipped = readRecipe(name);
      for (const [values, document] of [
        ['published', withParameters(shipped, published)],
        ['shipped', shipped],
      ] as const) {
        const exact = await outcome(host, document, register, pair);
        const changed = await outcome(host, document, register, withRoundingErrors(pair));
        const movedMm = rootMeanSquareMm(exact.displacement, changed.displacement);
        const { 'dice.mean': dice = Number.NaN, 'jacobian.minimum': smallest = Number.NaN } =
          exact.metrics;
        const diceChange = Math.abs(dice - (changed.metrics['dice.mean'] ?? Number.NaN));
        rows.push([
          `${pair.name}, ${name}, ${values}`,
          ...[dice, smallest].map((value) => value.toFixed(3)),
          ...[diceChange, movedMm].map((value) => value.toPrecision(2)),
        ]);
        data.push({ pair: pair.name, recipe: name, values, dice, smallest, diceChange, movedMm });
      }
    }
  }
  return [
    {
      title: `a change of the moving image by ${relativeChange}`,
      columns: ['', 'mean Dice', 'smallest det', 'Dice changes by', 'field moves, mm'],
      rows,
      notes: [
        'field moves: root mean square over the whole grid',
        ...real.flatMap((pair) => ('skipped' in pair ? [`skipped ${pair.skipped}`] : [])),
      ],
      data,
    },
  ];
}

async function outcome(
  host: BenchHost,
  document: PipelineDocument,
  register: string,
  pair: Pair,
): Promise<{ readonly metrics: Record<string, number>; readonly displacement: Float32Array }> {
  const session = host.openSession();
  try {
    const bindings = await openPair(document, pair, (request) => session.openInput(request));
    const documentText = writeDocument(document);
    const { device } = host.options;
    const result = await session.run({ runId: 'bench', documentText, bindings, device }, () => {});
    const output = result.outputs.find(
      ({ nodeId, port }) => nodeId === register && port === 'transform',
    );
    const read = output && (await session.read({ handle: output.handle, as: 'transform' }));
    if (read?.kind !== 'transform' || !read.displacement) {
      throw new Error(result.diagnostics.map(({ message }) => message).join(' '));
    }
    return { metrics: scalarMetrics(result.metrics), displacement: read.displacement.values };
  } finally {
    await session.destroy();
  }
}

function smallHeads(): Pair {
  const { fixed, moving } = headPhantomPair({
    dimensions: 3,
    sizeVoxels: [48, 56, 48],
    spacingMm: [4, 4, 4],
    seed: 3,
    contrast: 't1',
  });
  return {
    name: 'heads of 48×56×48',
    files: {
      fixed: writeNifti(fixed.image),
      'fixed-labels': writeNifti(fixed.labels),
      moving: writeNifti(moving.image),
      'moving-labels': writeNifti(moving.labels),
    },
  };
}

/** The same pair, every value of its moving image a little larger or smaller, by a fixed sequence. */
function withRoundingErrors(pair: Pair): Pair {
  const read = readNifti(pair.files?.moving ?? new Uint8Array(), 'moving');
  if (!read.ok) throw new Error(`${pair.name}: the moving image cannot be read.`);
  const image = toImageVolume(read.image);
  let state = 1;
  const values = image.values.map((value) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return value * (1 + relativeChange * (state / 2 ** 30 - 1));
  });
  const moving = writeNifti({ ...image, values, storedType: 'float32' });
  return { ...pair, files: { ...pair.files, moving } };
}

/** Three planes each. */
function rootMeanSquareMm(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  one.forEach((value, index) => {
    sum += (value - (other[index] ?? Number.NaN)) ** 2;
  });
  return Math.sqrt((3 * sum) / one.length);
}
