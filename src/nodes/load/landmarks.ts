import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { sourceParameter } from './source-parameter';

export const loadLandmarks = defineNode({
  type: 'load.landmarks',
  version: 1,
  title: 'Load landmarks',
  section: 'load',
  synonyms: ['points', 'fiducials', 'TRE', 'CSV', 'fcsv', 'markups', 'elastix', 'input'],
  documentation: {
    summary: 'Brings landmarks into the recipe: named places in the world of an image.',
    details: `Reads a table (.csv, .tsv) with columns \`x\`, \`y\`, \`z\`, and \`label\`, \`name\` or \`id\` where the
landmarks have names; the points of 3D Slicer (.fcsv, .mrk.json) and of elastix. A table may hold
pairs, in columns \`fixed_x\` … and \`moving_x\` …: two nodes then load the two halves, each by its
*Columns*.

**What the numbers are is never guessed.** Slicer and elastix say it. A table says it in the names of
its columns (\`x_lps\`, \`x_ras\`, \`x_voxel\`), in a line \`# CoordinateSystem = LPS\`, or not at all: then
*Coordinates* has to. RAS and LPS are millimetres of the world; ITK and DICOM write LPS. Voxels are
counted from 0 at the centre of the first one, in the order of the file of the image that is wired
to *image*; a slice needs no z.

A generated head has landmarks too, the same in every subject.`,
  },
  params: z.object({
    source: sourceParameter(),
    columns: choiceParameter({
      title: 'Columns',
      help: 'Of a table that holds pairs: the points of which image. Otherwise the only ones.',
      choices: ['only', 'fixed', 'moving'],
      default: 'only',
    }),
    coordinates: choiceParameter({
      title: 'Coordinates',
      help: 'What the numbers are: as the file states, RAS or LPS in mm, or voxels of the wired image.',
      choices: ['stated', 'ras', 'lps', 'voxels'],
      default: 'stated',
    }),
  }),
  inputs: {
    image: {
      type: 'image',
      doc: 'The image in whose voxels the file counts. Not needed for millimetres.',
      optional: true,
    },
  },
  outputs: { landmarks: { type: 'landmarks', doc: 'Landmarks in mm of the world.' } },
  source: ({ source, columns, coordinates }) => ({
    ...source,
    as: 'landmarks',
    points: { set: columns, coordinates },
  }),
  lower(b, { image }, _, context) {
    if (context.source?.kind !== 'landmarks') {
      return context.refuse({
        parameter: 'source',
        message: 'No landmarks are bound to this node.',
        remedy: `Bind a file of points to the loader "${context.nodeId}".`,
      });
    }
    const loaded = context.input('landmarks');
    if (loaded.unit === 'mm') return { landmarks: loaded };
    if (!image) {
      return context.refuse({
        port: 'image',
        message: 'The landmarks are counted in voxels, and no image says where these lie.',
        remedy: 'Wire the image on which they were placed to "image".',
      });
    }
    const affine = b.constant([...image.grid.worldFromVoxel]);
    const points = b.movePoints({ points: loaded.points, affine });
    return { landmarks: { ...loaded, unit: 'mm', points } };
  },
});
