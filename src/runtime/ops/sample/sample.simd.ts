import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { chunkLength, reductionChunks } from '../reduction';
import {
  type AffineSumNumbers,
  affinePartials,
  type ChainNumbers,
  chainToDisplacement,
} from './chain.cpu';
import { insideWeights } from './inside.cpu';
import { pointMap } from './point-map';
import { type SamplingNumbers, sampleLinear } from './sample.cpu';

export type Planes = readonly [FloatArray, FloatArray, FloatArray];

/** The arrays of a kernel that samples: what it does not ask for is absent. */
interface SampledArrays {
  readonly source: FloatArray;
  readonly displacement: Planes | undefined;
  readonly affine: FloatArray | undefined;
  readonly value?: FloatArray;
  readonly derivative?: Planes;
  readonly weight?: FloatArray;
}

/**
 * Trilinear value and derivative, and how far each point lies inside, as far as there are arrays for them; rows
 * of the target are shared out.
 */
export function sampleLinearly(
  { source, displacement, affine, value, derivative, weight }: SampledArrays,
  p: SamplingNumbers & { readonly weightOutside?: number },
  share: Share,
  simd?: Simd,
): void {
  if (!simd || isShort(p)) {
    sampleLinear(source, displacement, affine, value, derivative, p, share);
    const { weightOutside = 0 } = p;
    if (weight)
      insideWeights(displacement, affine, weight, { ...p, outside: weightOutside }, share);
    return;
  }
  simd.functions.sampleLinear(
    simd.addressOf(source),
    ...addressesOf(simd, displacement),
    value ? simd.addressOf(value) : 0,
    ...addressesOf(simd, derivative),
    weight ? simd.addressOf(weight) : 0,
    ...pointsOf(simd, p, pointMap(p, affine)),
    p.outside,
    p.weightOutside ?? 0,
    ...shareOf(p.ny * p.nz, share),
  );
}

/** How far each target voxel's point lies inside the source; rows of the target are shared out. */
export function weighInside(
  arrays: {
    readonly displacement: Planes | undefined;
    readonly affine: FloatArray | undefined;
    readonly weight: FloatArray;
  },
  p: SamplingNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { displacement, affine, weight } = arrays;
  if (!simd || isShort(p)) {
    insideWeights(displacement, affine, weight, p, share);
    return;
  }
  simd.functions.insideWeight(
    ...addressesOf(simd, displacement),
    simd.addressOf(weight),
    ...pointsOf(simd, p, pointMap(p, affine)),
    p.outside,
    ...shareOf(p.ny * p.nz, share),
  );
}

/** Gradient in mm of displacement from that along the source's axes, over it; voxels are shared out. */
export function chainedToDisplacement(
  arrays: {
    readonly cotangent: FloatArray;
    readonly affine: FloatArray | undefined;
    readonly slope: Planes;
  },
  p: ChainNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { cotangent, affine, slope } = arrays;
  if (!simd) {
    chainToDisplacement(cotangent, slope, affine, slope, p, share);
    return;
  }
  simd.functions.chainToDisplacement(
    simd.addressOf(cotangent),
    ...addressesOf(simd, slope),
    mapAt(simd, pointMap(p, affine)),
    ...shareOf(cotangent.length, share),
  );
}

/** Sums of cotangent·derivativeᵢ·yⱼ over chunks, which are shared out: see `affinePartials`. */
export function sumForAffine(
  arrays: {
    readonly cotangent: FloatArray;
    readonly derivative: Planes;
    readonly displacement: Planes | undefined;
    readonly partials: FloatArray;
  },
  p: AffineSumNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { cotangent, derivative, displacement, partials } = arrays;
  if (!simd || displacement) {
    affinePartials(cotangent, derivative, displacement, partials, p, share);
    return;
  }
  const total = p.nx * p.ny * p.nz;
  simd.functions.affinePartials(
    simd.addressOf(cotangent),
    ...addressesOf(simd, derivative),
    simd.addressOf(partials),
    simd.doubles(p.worldFromTarget, 0),
    p.nx,
    p.ny,
    total,
    chunkLength(total),
    ...shareOf(reductionChunks(total), share),
  );
}

/** Sizes of the grids between which points go. */
interface GridSizes {
  readonly nx: number;
  readonly ny: number;
  readonly sourceNx: number;
  readonly sourceNy: number;
  readonly sourceNz: number;
}

/** Whether rows are too short for four voxels at a time, or for two neighbours in the source. */
export function isShort({ nx, sourceNx }: GridSizes): boolean {
  return nx < 4 || sourceNx < 2;
}

export function pointsOf(simd: Simd, p: GridSizes, map: Float64Array) {
  const { nx, ny, sourceNx, sourceNy, sourceNz } = p;
  return [mapAt(simd, map), nx, ny, sourceNx, sourceNy, sourceNz] as const;
}

/** @param map as `pointMap` gives it: of voxels, then of displacements, which float32 is enough for */
function mapAt(simd: Simd, map: Float64Array): number {
  const address = simd.doubles(map.subarray(0, 12), 0);
  simd.floats(map.subarray(12), 2 * 12);
  return address;
}

export function addressesOf(simd: Simd, planes: Planes | undefined) {
  if (!planes) return [0, 0, 0] as const;
  const [x, y, z] = planes;
  return [simd.addressOf(x), simd.addressOf(y), simd.addressOf(z)] as const;
}
