import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { displacementAt, type windowParameters } from './window-of-displacements';

type Vector = readonly [FloatArray, FloatArray, FloatArray];

export interface BestBuffers {
  readonly costs: FloatArray;
  readonly towards: Vector;
  readonly lowest: FloatArray;
  readonly displacement: Vector;
}

export type BestNumbers = Readonly<
  Record<
    | keyof typeof windowParameters
    | 'voxels'
    | 'stride'
    | 'couplingX'
    | 'couplingY'
    | 'couplingZ'
    | 'begins',
    number
  >
>;

/** See `bestDisplacement`. Voxels are shared out. */
export function keepBest(b: BestBuffers, p: BestNumbers, share: Share): void {
  const { costs, towards, lowest, displacement } = b;
  const [tx, ty, tz] = towards;
  const [ux, uy, uz] = displacement;
  const [begin, end] = shareOf(p.voxels, share);
  if (p.begins !== 0) lowest.fill(Number.POSITIVE_INFINITY, begin, end);
  for (let index = 0; index < p.count; index += 1) {
    const [dx, dy, dz] = displacementAt(p, index);
    const length = dx * dx + dy * dy + dz * dz;
    const plane = index * p.stride;
    for (let i = begin; i < end; i += 1) {
      const [x, y, z] = [dx - tx[i]!, dy - ty[i]!, dz - tz[i]!];
      const cost =
        costs[plane + i]! + p.couplingX * x * x + p.couplingY * y * y + p.couplingZ * z * z;
      const best = lowest[i]!;
      if (cost > best) continue;
      if (cost === best) {
        // Of equal ones the shortest: what sees nothing stays where it is.
        if (!(length < ux[i]! * ux[i]! + uy[i]! * uy[i]! + uz[i]! * uz[i]!)) continue;
      }
      lowest[i] = cost;
      ux[i] = dx;
      uy[i] = dy;
      uz[i] = dz;
    }
  }
}
