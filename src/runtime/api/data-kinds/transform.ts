import type { Matrix3x4, MovingWorldFromFixedWorld } from '../../../imaging/frames';
import type { Grid } from '../../../imaging/grid';
import { fieldType, scalarsType, type ValueId } from '../../ir/values';
import {
  defineDataKind,
  niftiFiles,
  onePlane,
  type PlanesMm,
  threePlanes,
} from './define-data-kind';

/** Fixed world → moving world, mm: moving = affine · (x + displacement(x)). */
export interface TransformValue {
  readonly kind: 'transform';
  /** Scalars(12), row-major 3×4. */
  readonly affine: ValueId;
  /** Field of three channels, mm, on `grid`. Absent: zero. */
  readonly displacement?: ValueId;
  /** Grid of the fixed image: where displacement lives and results are shown. */
  readonly grid: Grid;
  /**
   * Displacement of the inverse of x + displacement(x), mm, where the model has it: on `grid` too, and
   * going on beyond its edge.
   */
  readonly inverseDisplacement?: ValueId;
}

/** Fixed world → moving world, mm: moving = affine · (x + displacement(x)). */
export interface ComputedTransform {
  readonly kind: 'transform';
  /** Grid of the fixed image: where the displacement lives. */
  readonly grid: Grid;
  readonly affine: MovingWorldFromFixedWorld;
  readonly displacementMm?: PlanesMm;
  /** Displacement of the inverse of x + displacement(x), on the same grid. */
  readonly inverseDisplacementMm?: PlanesMm;
}

export const transformKind = defineDataKind<TransformValue, ComputedTransform>({
  traits: {},
  mapParts(value, map) {
    const { affine, displacement, inverseDisplacement, grid } = value;
    const field = fieldType(grid, 3);
    return {
      ...value,
      affine: map(affine, 'affine', scalarsType(12)),
      ...(displacement === undefined
        ? {}
        : { displacement: map(displacement, 'displacement', field) }),
      ...(inverseDisplacement === undefined
        ? {}
        : { inverseDisplacement: map(inverseDisplacement, 'inverse displacement', field) }),
    };
  },
  toNumbers({ kind, grid, affine, displacement, inverseDisplacement }, planesOf) {
    return {
      kind,
      grid,
      affine: matrixOf(onePlane(planesOf(affine))),
      ...(displacement === undefined
        ? {}
        : { displacementMm: threePlanes(planesOf(displacement)) }),
      ...(inverseDisplacement === undefined
        ? {}
        : { inverseDisplacementMm: threePlanes(planesOf(inverseDisplacement)) }),
    };
  },
  fromNumbers({ kind, grid, affine, displacementMm, inverseDisplacementMm }, made) {
    return {
      kind,
      grid,
      affine: made.scalars(affine),
      ...(displacementMm ? { displacement: made.field(grid, displacementMm) } : {}),
      ...(inverseDisplacementMm
        ? { inverseDisplacement: made.field(grid, inverseDisplacementMm) }
        : {}),
    };
  },
  asTransform: ({ affine, grid, displacementMm }) => ({
    affine,
    ...(displacementMm ? { displacement: { grid, planes: displacementMm } } : {}),
  }),
  file: {
    accept: `${niftiFiles},.txt,.tfm,text/plain`,
    call: 'Choose a transform',
    aside: ': an ITK text affine or a displacement field',
  },
  describe: ({ displacement }, onGrid) => (displacement === undefined ? 'Linear' : onGrid),
});

function matrixOf(numbers: Float32Array): MovingWorldFromFixedWorld {
  return [...numbers] as unknown as Matrix3x4 as MovingWorldFromFixedWorld;
}
