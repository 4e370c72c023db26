import { type FloatArray, type Share, shareOf } from '../define-kernel';

interface CheckerboardNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly sizeVoxels: number;
}

/** Blocks of `a` and `b` in turn along every axis; the first block is of `a`. */
export function alternateBlocks(
  a: FloatArray,
  b: FloatArray,
  value: FloatArray,
  p: CheckerboardNumbers,
  share: Share,
): void {
  const { nx, ny, nz, sizeVoxels } = p;
  const [begin, end] = shareOf(ny * nz, share);
  for (let row = begin; row < end; row += 1) {
    const y = row % ny;
    const z = (row - y) / ny;
    let block = Math.floor(y / sizeVoxels) + Math.floor(z / sizeVoxels);
    for (let x = 0; x < nx; x += sizeVoxels, block += 1) {
      const source = block % 2 === 0 ? a : b;
      const endOfBlock = row * nx + Math.min(x + sizeVoxels, nx);
      for (let i = row * nx + x; i < endOfBlock; i += 1) value[i] = source[i]!;
    }
  }
}
