import type { Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { LevelContext, ModelPart } from '../../runtime/api/nodes/port-values';
import { addSteps } from './add-steps';

/** Of a translation three act: those of the rotation are kept at 0. */
const parameterCount = { translation: 6, rigid: 6, similarity: 7, affine: 12 } as const;

type Freedom = keyof typeof parameterCount;

/**
 * A model of a few parameters, all in mm: rotations, scales and shears are multiplied by half the
 * extent of the image, so that a step of any of them moves the image's edge about as far.
 */
export function linearModel(freedom: Freedom): ModelPart {
  const frameAt = ({
    grid,
    centreMm,
    radiusMm,
  }: Pick<LevelContext, 'grid' | 'centreMm' | 'radiusMm'>) => ({
    freedom,
    centreMm: [...centreMm],
    radiusMm,
    sliceNormal: normalOfSlice(grid),
  });
  return {
    kind: 'model',
    start: (b) => [b.constant(new Array<number>(parameterCount[freedom]).fill(0))],
    refine: (_, variables) => variables,
    maps(b, [parameters], context) {
      if (parameters === undefined) return { moving: {} };
      return { moving: { affine: b.affineFromParameters({ parameters }, frameAt(context)) } };
    },
    parameters: {
      free: (grid) => freeParameters(freedom, grid),
      curvature: (b, [parameters], { derivative, grid, weight, factor, initialAffine }, context) =>
        b.affineCurvature(
          {
            derivative,
            weight,
            parameters: parameters ?? b.constant([]),
            factor,
            initial: initialAffine,
          },
          { ...frameAt(context), sourceWorldFromVoxel: [...grid.worldFromVoxel] },
        ),
    },
    update: addSteps,
  };
}

/** In a slice the turn about its normal, and what lies in its plane; of a translation the shift alone. */
function freeParameters(freedom: Freedom, { sizeVoxels }: Grid): readonly boolean[] {
  const isFlat = sizeVoxels.includes(1);
  return Array.from({ length: parameterCount[freedom] }, (_, index) => {
    if (freedom === 'translation' && index < 3) return false;
    return !isFlat || [2, 3, 4, 6, 7, 9].includes(index);
  });
}

/** Unit normal of a one-slice grid in the world; nothing for a volume. */
function normalOfSlice({ sizeVoxels, worldFromVoxel: m }: Grid): readonly number[] {
  const axis = sizeVoxels.indexOf(1);
  if (axis < 0) return [];
  const column = (index: number): Vec3 => {
    const at = index % 3;
    return [m[at] ?? 0, m[4 + at] ?? 0, m[8 + at] ?? 0];
  };
  const normal = cross(column(axis + 1), column(axis + 2));
  const length = Math.hypot(...normal);
  return normal.map((component) => component / length);
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
