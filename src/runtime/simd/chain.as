// From a derivative along the source's axes to one by displacement in mm: Dᵀ · (cotangent · slope), D 3 × 3 in float32.

import { loadLanes, storeLanes } from './lanes';

/** Of `count` voxels whose planes begin at the given addresses; what is written may be the slope. */
// @ts-ignore: decorator
@inline
export function chainRow(
  cotangent: usize, sX: usize, sY: usize, sZ: usize, d: usize, gX: usize, gY: usize, gZ: usize, count: i32,
): void {
  const d00 = v128.load32_splat(d);
  const d01 = v128.load32_splat(d, 4);
  const d02 = v128.load32_splat(d, 8);
  const d10 = v128.load32_splat(d, 12);
  const d11 = v128.load32_splat(d, 16);
  const d12 = v128.load32_splat(d, 20);
  const d20 = v128.load32_splat(d, 24);
  const d21 = v128.load32_splat(d, 28);
  const d22 = v128.load32_splat(d, 32);
  for (let at = 0; at < count; at += 4) {
    const i = <usize>at << 2;
    const lanes = count - at;
    const g = loadLanes(cotangent + i, lanes);
    const x = f32x4.mul(g, loadLanes(sX + i, lanes));
    const y = f32x4.mul(g, loadLanes(sY + i, lanes));
    const z = f32x4.mul(g, loadLanes(sZ + i, lanes));
    storeLanes(gX + i, f32x4.add(f32x4.add(f32x4.mul(d00, x), f32x4.mul(d10, y)), f32x4.mul(d20, z)), lanes);
    storeLanes(gY + i, f32x4.add(f32x4.add(f32x4.mul(d01, x), f32x4.mul(d11, y)), f32x4.mul(d21, z)), lanes);
    storeLanes(gZ + i, f32x4.add(f32x4.add(f32x4.mul(d02, x), f32x4.mul(d12, y)), f32x4.mul(d22, z)), lanes);
  }
}

/** Over the slope, voxels first … end. map: as in sample.as. */
export function chainToDisplacement(
  cotangent: usize, dX: usize, dY: usize, dZ: usize, map: usize, first: i32, end: i32,
): void {
  const i = <usize>first << 2;
  chainRow(cotangent + i, dX + i, dY + i, dZ + i, map + 96, dX + i, dY + i, dZ + i, end - first);
}
