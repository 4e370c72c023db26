import { z } from 'zod';
import { landmarkNames } from '../../imaging/points/landmark-names';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { mapPoints } from '../registration/map-points';
import { landmarksOutside, outsideGrid } from '../shared/outside-grid';

export const applyToLandmarks = defineNode({
  type: 'apply.landmarks',
  version: 1,
  title: 'Transform landmarks',
  section: 'apply',
  synonyms: ['points', 'fiducials', 'antsApplyTransformsToPoints', 'transformix', 'warp'],
  documentation: {
    summary: 'Takes landmarks of the fixed image to the same places in the moving one.',
    details: `Points go the way that a transform of Weft goes, from the fixed to the moving world: the other way
from images, which are *read* through it and so come from the moving to the fixed one. A point beyond the
grid of the transform is moved as its edge is, and warned of.`,
    formula: String.raw`q_i = A\,(p_i + u(p_i))`,
  },
  params: z.object({}),
  inputs: {
    landmarks: { type: 'landmarks', doc: 'Landmarks in the fixed world.' },
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
  },
  outputs: { landmarks: { type: 'landmarks', doc: 'The same landmarks in the moving world.' } },
  lower(b, { landmarks, transform }) {
    const { points } = landmarks;
    const judge = landmarksOutside(landmarkNames(landmarks), 'landmarks');
    b.warn([outsideGrid(b, points, transform.grid)], judge);
    return { landmarks: { ...landmarks, points: mapPoints(b, points, transform) } };
  },
});
