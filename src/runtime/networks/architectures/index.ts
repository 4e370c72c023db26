import { affineRegression } from './affine-regression';
import type { Architecture } from './architecture';
import { conditionalLapIrn } from './conditional-lapirn';
import { discriminator } from './discriminator';
import { dualAttention } from './dual-attention';
import { featureEncoder } from './feature-encoder';
import { fourierNet } from './fourier-net';
import { hypermorph } from './hypermorph';
import { lapirn } from './lapirn';
import { lkuNet } from './lku-net';
import { rigidAgent } from './rigid-agent';
import { symnet } from './symnet';
import { symtrans } from './symtrans';
import { synthmorph } from './synthmorph';
import { tdNet } from './td-net';
import { translator } from './translator';
import { transmorph } from './transmorph';
import { vitVNet } from './vit-v-net';
import { voxelmorph } from './voxelmorph';

const all: readonly Architecture[] = [
  voxelmorph,
  synthmorph,
  symnet,
  lkuNet,
  fourierNet,
  lapirn,
  transmorph,
  dualAttention,
  tdNet,
  symtrans,
  vitVNet,
  hypermorph,
  conditionalLapIrn,
  affineRegression,
  featureEncoder,
  rigidAgent,
  discriminator,
  translator,
];

/** Every architecture by its name in files. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(
  all.map((architecture) => [architecture.name, architecture]),
);
