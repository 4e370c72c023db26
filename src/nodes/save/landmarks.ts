import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileNameParameter } from '../shared/file-name-parameter';

export const saveLandmarks = defineNode({
  type: 'save.landmarks',
  version: 1,
  title: 'Save landmarks',
  section: 'save',
  synonyms: ['write', 'export', 'points', 'fiducials', 'CSV', 'download'],
  documentation: {
    summary: 'Writes landmarks as a table: their names and places in mm, RAS.',
    details: `A CSV file with the columns \`name\`, \`x_ras\`, \`y_ras\` and \`z_ras\`, which *Load landmarks* reads without being
told what the numbers are.`,
  },
  params: z.object({ name: fileNameParameter('landmarks.csv', ['csv']) }),
  inputs: { landmarks: { type: 'landmarks', doc: 'Landmarks to write.' } },
  outputs: {},
  files: ({ name }) => [{ name, port: 'landmarks', format: 'landmarks-csv' }],
  lower: () => ({}),
});
