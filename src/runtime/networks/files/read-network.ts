import { z } from 'zod';
import type { Architecture } from '../architectures/architecture';
import { networkCard } from './card';
import { type ArrayAxes, kerasVoxelMorph } from './keras-voxelmorph';
import { NetworkFileProblem } from './network-file-problem';
import { largestPartBytes, type NetworkParts } from './pack-network';
import type { StoredNetwork } from './stored-network';
import { parseJson, readModel } from './weights-manifest';

/** How a network of others is read. */
export interface ForeignNetwork {
  /** The order of the axes of its arrays. `xyz`, as nibabel gives volumes, if absent. */
  readonly arrayAxes?: ArrayAxes;
}

/**
 * Reads the parts of a network's file. With a card it is one of `architectures`; without, a VoxelMorph
 * that Keras trained is recognized. That weights fit is checked when it is built.
 * @throws NetworkFileProblem
 */
export function readNetwork(
  parts: NetworkParts,
  architectures: ReadonlyMap<string, Architecture>,
  foreign: ForeignNetwork = {},
): StoredNetwork {
  const { topology, weights } = readModel(parts);
  if (!parts.card) return kerasVoxelMorph(topology, weights, foreign.arrayAxes ?? 'xyz');
  const parsed = networkCard.safeParse(parseJson('card.json', parts.card, largestPartBytes.card));
  if (!parsed.success) {
    throw new NetworkFileProblem('damaged', `card.json: ${z.prettifyError(parsed.error)}`);
  }
  const card = parsed.data;
  const architecture = architectures.get(card.architecture);
  if (!architecture) {
    throw new NetworkFileProblem('foreign', `Architecture "${card.architecture}" is not known.`);
  }
  const settings = architecture.settings.safeParse(card.settings);
  if (!settings.success) {
    throw new NetworkFileProblem(
      'foreign',
      `card.json, settings of ${architecture.title}: ${z.prettifyError(settings.error)}`,
    );
  }
  return { card, weights, ...(topology === undefined ? {} : { topology }) };
}
