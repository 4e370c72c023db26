import { type Grid, sameGrid, spacingMm } from '../../imaging/grid';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { LevelContext, ModelPart } from '../../runtime/api/nodes/port-values';
import { addSteps } from './add-steps';
import { controlGrid } from './control-grid';
import { firstOf } from './field-model';

/** The parameter of how far control points lie apart at the finest level, mm. */
export const controlSpacingParameter = () =>
  numberParameter({
    title: 'Control spacing',
    help: 'From one control point to the next at the finest level; less follows finer motions, folds sooner and needs more bending energy.',
    unit: 'mm',
    default: 10,
    min: 0.01,
    max: 1000,
  });

/**
 * What models have in common whose variables are the coefficients of a cubic B-spline, mm: control points twice as far
 * apart at each coarser level, refined by exact subdivision, and steps that add up.
 * @param finestMm from one control point to the next at the finest level
 */
export function splineModel(finestMm: number) {
  const controlsAt = ({ grid, level, levels }: LevelContext): Grid =>
    controlGrid(grid, finestMm * 2 ** (levels - 1 - level));
  return {
    kind: 'model',
    start: (b, at) => [b.zeros({}, { channels: 3, ...gridAttributes(controlsAt(at)) })],
    refine(b, variables, to) {
      const coefficients = firstOf(variables);
      const type = b.typeOf(coefficients);
      const controls = controlsAt(to);
      // The last level and the full grid fill the same box.
      if (type.kind === 'field' && sameGrid(type.grid, controls)) return variables;
      return [b.subdivideSpline({ coefficients }, gridAttributes(controls))];
    },
    // The gradient of a mean falls with the number of coefficients that share it.
    lossScale: (at) => cellCount(at.grid, controlsAt(at)),
    update: addSteps,
  } satisfies Partial<ModelPart>;
}

/** How many cells between control points the voxels of a grid fill. */
function cellCount(grid: Grid, controls: Grid): number {
  const [voxel, cell] = [spacingMm(grid), spacingMm(controls)];
  return grid.sizeVoxels.reduce((product, n, axis) => {
    const cells = n === 1 ? 1 : (n * (voxel[axis] ?? 1)) / (cell[axis] ?? 1);
    return product * Math.max(1, cells);
  }, 1);
}
