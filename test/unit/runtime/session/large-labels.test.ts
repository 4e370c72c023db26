import { describe, expect, it } from 'vitest';
import { readNifti, toLabelVolume } from '../../../../src/imaging/nifti/read-nifti';
import type { LabelVolume, ScalarType } from '../../../../src/imaging/volume';
import { bind, headVolumes, openSession, run, slices } from '../../../support/small-session';

/** The labels of a head under other numbers, in the order of the old ones; some are left out. */
function renumbered(
  volume: LabelVolume,
  storedType: ScalarType,
  numberOf: (id: number) => bigint,
): LabelVolume {
  return { ...volume, storedType, ids: volume.ids.map((id) => id && numberOf(Number(id))) };
}

const fixed = headVolumes['fixed-labels'] as LabelVolume;
const moving = headVolumes['moving-labels'] as LabelVolume;

/** Registers the two heads with these maps; metrics, and the warped labels as a file. */
async function outcome(fixedLabels: LabelVolume, movingLabels: LabelVolume) {
  const session = openSession();
  const volumes = { ...headVolumes, 'fixed-labels': fixedLabels, 'moving-labels': movingLabels };
  const bindings = await bind(session, volumes);
  const { result } = await run(session, slices(), bindings);
  expect(result.diagnostics).toEqual([]);
  const warped = result.outputs.find(
    ({ nodeId, kind }) => kind === 'labels' && !(nodeId in volumes),
  );
  const handle = warped?.handle ?? '';
  const file = await session.read({ handle, as: 'file', format: 'nifti-labels' });
  const shown = await session.read({ handle, as: 'volume' });
  await session.destroy();
  if (file.kind !== 'file' || shown.kind !== 'volume') throw new Error('No labels were written.');
  const read = readNifti(file.bytes, 'warped-labels.nii.gz');
  const labels = read.ok ? toLabelVolume(read.image) : undefined;
  if (!labels?.ok) throw new Error('The labels cannot be read.');
  const { volume } = labels;
  const dice = Object.entries(result.metrics).filter(([name]) => name.startsWith('dice.'));
  return {
    dice: new Map(dice),
    storedType: volume.storedType,
    ids: volume.ids,
    labels: [...volume.values].map((index) => volume.ids[index]),
    shown: [...shown.volume.values].map((index) => shown.volume.labelIds?.[index]),
  };
}

describe('labels that no float holds', { timeout: 120_000 }, () => {
  it.each([
    ['uint32 above 24 bits', 'uint32', (id: number) => 614454270n + BigInt(id)],
    ['int64 above 53 bits', 'int64', (id: number) => 2n ** 53n + BigInt(id)],
    ['int32 below zero', 'int32', (id: number) => -2000000000n + BigInt(id)],
  ] as const)('%s are exact from file to table and file', async (_, type, numberOf) => {
    const plain = await outcome(fixed, moving);
    const large = await outcome(
      renumbered(fixed, type, numberOf),
      renumbered(moving, type, numberOf),
    );
    const named = (id: bigint) => (id === 0n ? 0n : numberOf(Number(id)));
    expect(large.labels).toEqual(plain.labels.map((id) => named(id ?? 0n)));
    expect(large.shown).toEqual(large.labels);
    expect(large.storedType).toBe(type);
    const wanted = [...plain.dice].map(([name, value]) => {
      const [, id = ''] = name.split('.');
      return [/^\d+$/.test(id) ? `dice.${named(BigInt(id))}` : name, value] as const;
    });
    expect(large.dice).toEqual(new Map(wanted));
    expect(large.dice.size).toBeGreaterThan(10);
  });

  it('are compared by number where the two maps hold different ones', async () => {
    const numberOf = (id: number) => 2n ** 60n + BigInt(id);
    const [, first = 0n, second = 0n] = fixed.ids;
    const lacking: LabelVolume = {
      ...renumbered(moving, 'int64', numberOf),
      ids: moving.ids.map((id) => (id === first ? -7n : id && numberOf(Number(id)))),
    };
    // Ascending again, with the label that was renamed in front.
    const sorted = sortedByLabel(lacking);
    const { dice } = await outcome(renumbered(fixed, 'int64', numberOf), sorted);
    const plain = await outcome(fixed, moving);
    expect(dice.has(`dice.${numberOf(Number(first))}`)).toBe(false);
    expect(dice.has('dice.-7')).toBe(false);
    expect(dice.get(`dice.${numberOf(Number(second))}`)).toBe(plain.dice.get(`dice.${second}`));
  });
});

function sortedByLabel(volume: LabelVolume): LabelVolume {
  const ids = [0n, ...volume.ids.slice(1).sort((a, b) => (a < b ? -1 : 1))];
  const indices = volume.ids.map((id) => ids.indexOf(id));
  return { ...volume, ids, values: volume.values.map((index) => indices[index] ?? 0) };
}
