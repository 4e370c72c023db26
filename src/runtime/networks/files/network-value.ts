import type { Vec3 } from '../../../imaging/frames';
import type { NetworkValue } from '../../api/data-kinds/network';
import type { NetworkCard } from './card';
import type { StoredNetwork } from './stored-network';

/** What a stored network is in a recipe. */
export function networkOf({ card, weights, topology }: StoredNetwork): NetworkValue {
  const { architecture, settings, training, normalization, spacingMm } = card;
  const known = training && {
    data: training.data,
    seed: training.seed,
    steps: training.steps,
    validation: training.validation,
    ...(training.recipeSha256 === undefined ? {} : { recipeSha256: training.recipeSha256 }),
  };
  return {
    kind: 'network',
    architecture,
    settings,
    seed: training?.seed ?? 0,
    weights: [...weights].map(([name, { shape, values }]) => ({ name, shape, values })),
    domain: {
      sizeVoxels: threeOf(card.sizeVoxels),
      ...(spacingMm ? { spacingMm: threeOf(spacingMm) } : {}),
      intensities: normalization,
    },
    ...(known ? { training: known } : {}),
    ...(topology === undefined ? {} : { topology }),
  };
}

/**
 * A network of a recipe as it is stored; undefined where it has not learned anything.
 * @param words what only a person can say of it
 */
export function storedOf(
  { architecture, settings, weights, domain, training, topology }: NetworkValue,
  words: { readonly licence: string; readonly notes?: string },
): StoredNetwork | undefined {
  if (!weights || !domain) return undefined;
  const axes = domain.sizeVoxels[2] === 1 ? 2 : 3;
  const { spacingMm } = domain;
  const card: NetworkCard = {
    format: 'weft-network',
    version: 1,
    architecture,
    settings: settings as NetworkCard['settings'],
    sizeVoxels: domain.sizeVoxels.slice(0, axes),
    ...(spacingMm ? { spacingMm: spacingMm.slice(0, axes) } : {}),
    orientation: 'RAS',
    normalization: domain.intensities as NetworkCard['normalization'],
    ...(training ? { training: { ...training, validation: { ...training.validation } } } : {}),
    licence: words.licence,
    ...(words.notes ? { notes: words.notes } : {}),
  };
  return {
    card,
    weights: new Map(weights.map(({ name, shape, values }) => [name, { shape, values }])),
    ...(topology === undefined ? {} : { topology }),
  };
}

function threeOf(numbers: readonly number[]): Vec3 {
  return [numbers[0] ?? 1, numbers[1] ?? 1, numbers[2] ?? 1];
}
