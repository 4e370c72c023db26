// Windows that do not overlap, channels last: the largest of each or their sum, and the way back for the largest.

import { storeLanes } from './lanes';
import { at } from './convolution-rows';

// @ts-ignore: decorator
@inline
function windows(isSum: bool, task: i32, p: usize): void {
  const depth = at(p, 2), height = at(p, 3), width = at(p, 4), channels = at(p, 5);
  const fz = at(p, 6), fy = at(p, 7), fx = at(p, 8), nz = at(p, 9), ny = at(p, 10), nx = at(p, 11);
  const batch = task / nz, z = task % nz;
  const dz = min(fz, depth - z * fz);
  for (let y = 0; y < ny; y++) {
    const dy = min(fy, height - y * fy);
    for (let x = 0; x < nx; x++) {
      const dx = min(fx, width - x * fx);
      const from = <usize>at(p, 0) + (<usize>((((batch * depth + z * fz) * height + y * fy) * width + x * fx) * channels) << 2);
      const to = <usize>at(p, 1) + (<usize>((((batch * nz + z) * ny + y) * nx + x) * channels) << 2);
      for (let c = 0; c < channels; c += 4) {
        let value = isSum ? f32x4.splat(0) : f32x4.splat(-Infinity);
        for (let k = 0; k < dz; k++) for (let j = 0; j < dy; j++) for (let i = 0; i < dx; i++) {
          const four = v128.load(from + (<usize>(((k * height + j) * width + i) * channels + c) << 2));
          value = isSum ? f32x4.add(value, four) : f32x4.max(value, four);
        }
        storeLanes(to + (<usize>c << 2), value, channels - c);
      }
    }
  }
}

/** The largest of each window, for one plane of outputs. */
export function largestOfWindows(task: i32, part: i32, p: usize): void {
  windows(false, task, p);
}

/** The sum of each window, for one plane of outputs. */
export function sumOfWindows(task: i32, part: i32, p: usize): void {
  windows(true, task, p);
}

/** What comes back to each window, at the first of its largest; the rest gets 0. One plane of windows. */
export function largestOfWindowsBack(task: i32, part: i32, p: usize): void {
  const depth = at(p, 2), height = at(p, 3), width = at(p, 4), channels = at(p, 5);
  const fz = at(p, 6), fy = at(p, 7), fx = at(p, 8), nz = at(p, 9), ny = at(p, 10), nx = at(p, 11);
  const batch = task / nz, z = task % nz;
  const dz = min(fz, depth - z * fz);
  for (let y = 0; y < ny; y++) {
    const dy = min(fy, height - y * fy);
    for (let x = 0; x < nx; x++) {
      const dx = min(fx, width - x * fx);
      const offset = <usize>((((batch * depth + z * fz) * height + y * fy) * width + x * fx) * channels) << 2;
      const window = <usize>((((batch * nz + z) * ny + y) * nx + x) * channels) << 2;
      for (let c = 0; c < channels; c += 4) {
        const here = window + (<usize>c << 2);
        const coming = v128.load(<usize>at(p, 12) + here);
        let most = f32x4.splat(-Infinity);
        for (let k = 0; k < dz; k++) for (let j = 0; j < dy; j++) for (let i = 0; i < dx; i++) {
          most = f32x4.max(most, v128.load(<usize>at(p, 0) + offset + (<usize>(((k * height + j) * width + i) * channels + c) << 2)));
        }
        let open = i32x4.splat(-1);
        for (let k = 0; k < dz; k++) for (let j = 0; j < dy; j++) for (let i = 0; i < dx; i++) {
          const o = offset + (<usize>(((k * height + j) * width + i) * channels + c) << 2);
          const isHere = v128.and(f32x4.eq(v128.load(<usize>at(p, 0) + o), most), open);
          storeLanes(<usize>at(p, 1) + o, v128.and(coming, isHere), channels - c);
          open = v128.andnot(open, isHere);
        }
      }
    }
  }
}
