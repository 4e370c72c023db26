import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from './point-map';
import type { SamplingNumbers } from './sample.cpu';
import { addressesOf, type Planes } from './sample.simd';
import { splatLinear } from './splat.cpu';

/** Each cotangent added to the source voxels that its sample came from; slabs of the source are shared out. */
export function splatted(
  {
    cotangent,
    displacement,
    affine,
    value,
    rows,
  }: Readonly<Record<'cotangent' | 'value' | 'rows', FloatArray>> & {
    readonly displacement: Planes | undefined;
    readonly affine: FloatArray | undefined;
  },
  p: SamplingNumbers,
  share: Share,
  simd?: Simd,
): void {
  if (!simd) {
    splatLinear(cotangent, displacement, affine, value, rows, p, share);
    return;
  }
  const { nx, ny, nz, sourceNx, sourceNy, sourceNz, outside } = p;
  simd.functions.splat(
    simd.addressOf(cotangent),
    ...addressesOf(simd, displacement),
    simd.addressOf(value),
    simd.addressOf(rows),
    simd.doubles(pointMap(p, affine), 0),
    ...([nx, ny, nz, sourceNx, sourceNy, sourceNz, outside] as const),
    ...shareOf(sourceNz > 1 ? sourceNz : sourceNy, share),
  );
}
