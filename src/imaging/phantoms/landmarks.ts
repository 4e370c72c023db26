import type { WorldPointMm } from '../frames';

/** A named place in the world. */
export interface Landmark {
  readonly name: string;
  readonly pointMm: WorldPointMm;
}

/** Height of the 2-D phantom's slice: through the basal ganglia, in mm. */
export const sliceLevelMm = 6;

type Row = readonly [name: string, x: number, y: number, z: number];

/** In subject 1's head, in mm; a row with x > 0 named "Right …" has a mirrored "Left …" as well. */
const volumeRows: readonly Row[] = [
  ['Genu of the corpus callosum', 0, 31, 6],
  ['Splenium of the corpus callosum', 0, -39, 14],
  ['Third ventricle', 0, -12, 0],
  ['Fourth ventricle', 0, -41, -34],
  ['Front of the pons', 0, -7.5, -32],
  ['Right frontal horn', 11.5, 29, 8],
  ['Right trigone', 24, -40, 12],
  ['Right head of the caudate', 13.5, 13, 6],
  ['Right putamen', 27, 1, -2],
  ['Right thalamus', 11.8, -19, 7],
  ['Right amygdala', 23, -3, -19],
  ['Right tail of the hippocampus', 20, -38, 2],
  ['Right insula', 37, 2, 2],
  ['Right eye', 33.5, 65, -31],
];

const sliceRows: readonly Row[] = [
  ['Genu of the corpus callosum', 0, 31, sliceLevelMm],
  ['Splenium of the corpus callosum', 0, -37, sliceLevelMm],
  ['Third ventricle', 0, -12, sliceLevelMm],
  ['Right frontal horn', 11.5, 29, sliceLevelMm],
  ['Right trigone', 24, -40, sliceLevelMm],
  ['Right occipital horn', 26, -54, sliceLevelMm],
  ['Right head of the caudate', 13.5, 13, sliceLevelMm],
  ['Right putamen', 27, 1, sliceLevelMm],
  ['Right thalamus', 11.8, -19, sliceLevelMm],
  ['Right front of the insula', 35.5, 22, sliceLevelMm],
  ['Right back of the insula', 34.5, -22, sliceLevelMm],
  ['Right frontal pole', 18, 67, sliceLevelMm],
  ['Right occipital pole', 16, -101, sliceLevelMm],
];

/** The landmarks of subject 1, those of a slice all at its level. */
export function referenceLandmarks(dimensions: 2 | 3): Landmark[] {
  const rows = dimensions === 2 ? sliceRows : volumeRows;
  return rows.flatMap(([name, x, y, z]) => {
    const here = { name, pointMm: [x, y, z] as unknown as WorldPointMm };
    if (x === 0) return [here];
    const mirrored = [-x, y, z] as unknown as WorldPointMm;
    return [here, { name: name.replace('Right', 'Left'), pointMm: mirrored }];
  });
}
