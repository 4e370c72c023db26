import { affineRegression } from './affine-regression';
import type { Architecture } from './architecture';
import { fourierNet } from './fourier-net';
import { lapirn } from './lapirn';
import { lkuNet } from './lku-net';
import { symnet } from './symnet';
import { synthmorph } from './synthmorph';
import { transmorph } from './transmorph';
import { voxelmorph } from './voxelmorph';

const all: readonly Architecture[] = [
  voxelmorph,
  synthmorph,
  symnet,
  lkuNet,
  fourierNet,
  lapirn,
  transmorph,
  affineRegression,
];

/** Every architecture by its name in files. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(
  all.map((architecture) => [architecture.name, architecture]),
);
