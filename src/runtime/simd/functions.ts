/**
 * What the WebAssembly module of this folder exports: each function is documented where it is
 * written, in the `.as` files. Addresses are bytes into the plan's memory, sizes are voxels.
 */
export interface SimdFunctions {
  /** Separable Gaussian of one plane, zero beyond the edges; rows y0 … y1 of every slice. */
  gaussian(
    source: number,
    target: number,
    nx: number,
    ny: number,
    nz: number,
    y0: number,
    y1: number,
    radiusX: number,
    radiusY: number,
    radiusZ: number,
    tapsX: number,
    tapsY: number,
    tapsZ: number,
    scratch: number,
    blockRows: number,
  ): void;
}
