import type { Simd } from '../../simd/simd';
import { type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import { addressesOf, isShort, type Planes, pointsOf } from '../sample/sample.simd';
import { type ComposeNumbers, composeFields } from './compose.cpu';

/** inner + outer∘(id + inner), rows shared out. */
export function composed(
  { outer, inner, value }: Readonly<Record<'outer' | 'inner' | 'value', Planes>>,
  p: ComposeNumbers,
  share: Share,
  simd?: Simd,
): void {
  if (!simd || isShort(p)) {
    composeFields(outer, inner, value, p, share);
    return;
  }
  simd.functions.compose(
    ...addressesOf(simd, outer),
    ...addressesOf(simd, inner),
    ...addressesOf(simd, value),
    ...pointsOf(simd, p, pointMap({ ...p, transformed: 0 }, undefined)),
    ...shareOf(p.ny * p.nz, share),
  );
}
