import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileParameter } from './source-parameter';

export const loadCases = defineNode({
  type: 'load.cases',
  version: 1,
  title: 'Load cases',
  section: 'load',
  synonyms: [
    'folder',
    'BIDS',
    'cohort',
    'many images',
    'table',
    'CSV',
    'zip',
    'training data',
    'subjects',
  ],
  documentation: {
    summary: 'Brings a folder of images into the recipe, with their labels: cases to learn from.',
    details: `In the page choose several files at once, or a folder; on the command line \`--input NODE=FOLDER\`. A zip of files does, too.

**By name.** Files are taken in the order of their names. Labels end in \`_dseg\`, \`_seg\`, \`_labels\` or the like and belong to the image that is called the same
otherwise: \`sub-01_T1w.nii.gz\` and \`sub-01_dseg.nii.gz\`, \`a.nii\` and \`a-labels.nii\`. Masks and probabilities are passed over. Images of one \`sub-\` are of one group.

**By a table.** A .csv or .tsv among the files, or \`--input NODE=table.csv\`, has a line a case: columns \`image\`, \`labels\`, \`split\` (training, validation or test)
and \`group\`; all but the first may be left out or empty. Names are those of files as seen from the table. Cases of one group are of one person, say: they are never parted, and
*Within groups* pairs them.

Files stay packed until *Dataset* reads them, one after the other. The recipe holds the name and the checksum, never the files.`,
  },
  params: z.object({ source: fileParameter('cases') }),
  inputs: {},
  outputs: { cases: { type: 'cases', doc: 'Images, with labels where they have any.' } },
  source: ({ source }) => ({ ...source, as: 'cases' }),
  lower(_, __, ___, context) {
    const { source } = context;
    if (source?.kind !== 'cases') {
      return context.refuse({
        parameter: 'source',
        message: 'No images are bound to this node.',
        remedy: `Bind a folder or a table of images to the loader "${context.nodeId}".`,
      });
    }
    return { cases: context.input('cases') };
  },
});
