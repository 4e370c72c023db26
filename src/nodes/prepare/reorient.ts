import { z } from 'zod';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { gridAlong } from '../shared/new-grids';

export const reorient = defineNode({
  type: 'prepare.reorient',
  version: 1,
  title: 'Reorient',
  section: 'prepare',
  synonyms: ['orientation', 'RAS', 'LPS', 'flip', 'permute', 'axes', 'swap', 'fslreorient2std'],
  documentation: {
    summary: 'Stores the voxels of an image in another order, along named directions of the body.',
    details: `The letters say where each axis of voxels points: R or L, A or P, S or I, the one that runs fastest first. RAS is what NIfTI's
world is, LPS what DICOM and ITK have. Of an oblique image the axes that lie closest take the names.

Nothing moves: each voxel keeps its number and its place in the world, so that a registration is not changed by it and needs none. It is for
programs that look at the order of voxels alone, and for nodes that count along axes, as Crop or pad. It does **not** mend a header
that is wrong: a head that lies on its side in the world still does.`,
  },
  params: z.object({
    orientation: choiceParameter({
      title: 'Orientation',
      help: 'Where the axes of voxels point, the one that runs fastest first.',
      choices: ['RAS', 'LAS', 'LPS', 'RPS', 'RPI', 'LPI', 'RAI', 'LAI', 'LIA', 'RSA', 'ASR', 'PSR'],
      default: 'RAS',
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Any image.' } },
  outputs: { image: { type: 'image', doc: 'The same voxels in that order.' } },
  lower(b, { image }, { orientation }) {
    const grid = gridAlong(image.grid, orientation);
    const value = b.sample(
      { source: image.image },
      { ...gridAttributes(grid), interpolation: 'nearest', outside: 'edge' },
    );
    return { image: { kind: 'image', grid, channels: image.channels, image: value } };
  },
});
