import { applyMatrix, type Vec3 } from '../../../src/imaging/frames';
import { centreMm } from '../../../src/imaging/grid';
import { fieldOf, obliqueGrid, oneSliceGrid } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const gpu = {
  absolute: 1e-3,
  relative: 1e-3,
  because: 'both stop within 1e-4 voxels of the inverse, voxels being up to 3 mm long',
};

/** Stretches by 15 % and turns a little about the grid's middle, so that the inverse never leaves the grid. */
const bent = [0.15, -0.03, 0.02, 0.03, 0.15, -0.02, -0.02, 0.02, 0.15] as const;
/** (I + B)⁻¹ − I by the series −B + B² − … */
const bentBack = seriesOf(bent);

function seriesOf(b: readonly number[]): number[] {
  let sum = b.map(() => 0);
  for (let k = 0; k < 40; k += 1) {
    const product = b.map((_, i) =>
      [0, 1, 2].reduce(
        (s, j) => s + (b[3 * Math.floor(i / 3) + j] ?? 0) * (sum[3 * j + (i % 3)] ?? 0),
        0,
      ),
    );
    sum = b.map((v, i) => -v - (product[i] ?? 0));
  }
  return sum;
}

function aboutMiddle(matrix: readonly number[]): CaseValue {
  const middle = centreMm(obliqueGrid);
  const component = (row: number) => (x: number, y: number, z: number) => {
    const p: Vec3 = applyMatrix(obliqueGrid.worldFromVoxel, [x, y, z]);
    return p.reduce((s, v, i) => s + (matrix[3 * row + i] ?? 0) * (v - (middle[i] ?? 0)), 0);
  };
  return fieldOf(obliqueGrid, component(0), component(1), component(2));
}

const shift = fieldOf(
  obliqueGrid,
  () => 0.7,
  () => -1.9,
  () => 2.3,
);

/** Where the voxels of a row lie after a map that presses its ends together and stretches its middle 2.8-fold. */
const stretched = [0, 0.3, 0.6, 1.2, 4, 6.8, 7.4, 7.7, 8] as const;
/** Where the map puts something on each voxel: the table above, read the other way. */
const stretchedBack = stretched.map((_, voxel) => {
  const k = stretched.findIndex((end) => end > voxel) - 1;
  if (k < 0) return voxel;
  const [low = 0, high = 0] = stretched.slice(k, k + 2);
  return k + (voxel - low) / (high - low);
});

/** A slice whose rows all go to these places, in mm along their own axis. */
function alongRows(places: readonly number[]): CaseValue {
  const m = oneSliceGrid.worldFromVoxel;
  const component = (row: 0 | 4 | 8) => (x: number) => m[row] * ((places[x] ?? 0) - x);
  return fieldOf(oneSliceGrid, component(0), component(4), component(8));
}

export const cases: readonly OpCase[] = [
  {
    op: 'invertDisplacement',
    name: 'a linear map about the middle, oblique anisotropic grid',
    inputs: { displacement: aboutMiddle(bent) },
    attributes: { evaluations: 20 },
    expected: { inverse: aboutMiddle(bentBack).planes },
    expectedTolerance: 3e-4,
    gpu,
  },
  {
    op: 'invertDisplacement',
    name: 'a shift that leads off the grid, whose border goes on',
    inputs: { displacement: shift },
    attributes: { evaluations: 20 },
    expected: { inverse: shift.planes.map((plane) => plane.map((v) => -v)) },
    expectedTolerance: 3e-4,
    gpu,
  },
  {
    op: 'invertDisplacement',
    name: 'one slice stretched 2.8-fold in its middle, where a fixed point would not settle',
    inputs: { displacement: alongRows(stretched) },
    attributes: { evaluations: 30 },
    expected: { inverse: alongRows(stretchedBack).planes },
    expectedTolerance: 3e-4,
    gpu,
  },
];
