import { spacingMm } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import { sameType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import {
  measureSurfaces,
  reportSurfaces,
  surfaceMeasures,
  surfaceSummary,
} from './surface-distance.cpu';

const surfacesKernel = defineKernel({
  name: 'label-surfaces',
  bindings: {
    fixed: 'read u32',
    warped: 'read u32',
    fixedPlaces: 'read',
    warpedPlaces: 'read',
    measured: 'write',
  },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    spacingX: 'f32',
    spacingY: 'f32',
    spacingZ: 'f32',
    places: 'u32',
  },
  cpu: (b, p, share) => measureSurfaces(b, p, share),
  gpu: 'host',
  cost: (p) => ({ bytes: 8 * p.nx * p.ny * p.nz, operations: 200 * p.nx * p.ny * p.nz }),
});

const reportKernel = defineKernel({
  name: 'label-surfaces-report',
  bindings: { measured: 'read', report: 'write' },
  parameters: { places: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => reportSurfaces(b.measured, b.report, p.places),
  gpu: 'host',
  cost: (p) => ({ bytes: 32 * p.places, operations: 8 * p.places }),
});

export const surfaceDistance = defineOp<{ readonly places: number }>()({
  name: 'surfaceDistance',
  doc:
    'How far the surfaces of `places` labels lie apart, both ways: of each the largest distance, the 95th percentile and the ' +
    'mean in mm, and the percentile in voxels, weighed by surface; −1 where either map lacks it. Before them the means of ' +
    'those that are not −1, and how many are. Surfaces lie between voxels (of one slice, contours), and end at the edge ' +
    'of the image; distances are exact, along the axes of the grid, which are taken as orthogonal. Maps and places as in ' +
    '`labelOverlap`.',
  inputs: { fixed: 'field', warped: 'field', fixedPlaces: 'scalars', warpedPlaces: 'scalars' },
  outputs: ['report'],
  infer({ fixed, warped }, { places }) {
    if (!sameType(asField(fixed, 1, 'u32'), asField(warped, 1, 'u32'))) {
      throw new InternalError('Fixed and warped labels are on different grids.');
    }
    return { report: scalarsType(surfaceSummary + surfaceMeasures.length * places) };
  },
  adjoint: 'not-differentiable',
  kernels: [surfacesKernel, reportKernel],
  emit(emitter, { inputs, outputs: { report }, inputTypes, attributes: { places } }) {
    const { grid } = asField(inputTypes.fixed, 1, 'u32');
    const [nx, ny, nz] = grid.sizeVoxels;
    const [spacingX, spacingY, spacingZ] = spacingMm(grid);
    const measured = emitter.scratch(surfaceMeasures.length * places);
    emitter.call(
      surfacesKernel,
      { ...inputs, measured },
      { nx, ny, nz, spacingX, spacingY, spacingZ, places },
    );
    emitter.call(reportKernel, { measured, report }, { places });
  },
});
