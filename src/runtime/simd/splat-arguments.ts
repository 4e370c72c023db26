/** Of `splat`: its planes, then where points land, then the slabs of the source that are written. */
export type SplatArguments = readonly [
  cotangent: number,
  displacementX: number,
  displacementY: number,
  displacementZ: number,
  value: number,
  rows: number,
  map: number,
  nx: number,
  ny: number,
  nz: number,
  sourceNx: number,
  sourceNy: number,
  sourceNz: number,
  outside: number,
  begin: number,
  end: number,
];
