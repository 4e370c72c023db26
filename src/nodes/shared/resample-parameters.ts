import type { Grid } from '../../imaging/grid';
import { voxelCount } from '../../imaging/grid';
import type { LoweringContext } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { ImageValue } from '../../runtime/api/nodes/port-values';
import { gridWithSpacing, mostVoxels } from './new-grids';

/** Edges of voxels along the axes of an image, mm. */
export interface WantedSpacing {
  readonly spacingXMm: number;
  readonly spacingYMm: number;
  readonly spacingZMm: number;
}

/** The parameters of that. */
export function spacingParameters() {
  const along = (axis: string) =>
    numberParameter({
      title: `Spacing along ${axis}`,
      help: `Edge of the new voxels along the image's ${axis} axis; 0 leaves the axis as it is. Not used where a reference is wired.`,
      unit: 'mm',
      default: 2,
      min: 0,
      max: 1000,
    });
  return { spacingXMm: along('x'), spacingYMm: along('y'), spacingZMm: along('z') };
}

/** The grid that is asked for: that of the reference where there is one. */
export function wantedGrid(
  context: LoweringContext,
  grid: Grid,
  reference: ImageValue | undefined,
  { spacingXMm, spacingYMm, spacingZMm }: WantedSpacing,
): Grid {
  if (reference) return reference.grid;
  const wanted = gridWithSpacing(grid, [spacingXMm, spacingYMm, spacingZMm]);
  requireFewVoxels(context, wanted, 'spacingXMm');
  return wanted;
}

/** Refuses grids with more voxels than any plan takes. */
export function requireFewVoxels(context: LoweringContext, grid: Grid, parameter: string): void {
  if (voxelCount(grid) <= mostVoxels) return;
  context.refuse({
    parameter,
    message: `The new image would have ${grid.sizeVoxels.join(' × ')} voxels.`,
    remedy: 'Ask for larger voxels or a smaller field.',
  });
}
