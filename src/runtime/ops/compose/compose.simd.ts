import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { pointMap } from '../sample/point-map';
import { addressesOf, isShort, type Planes, pointsOf } from '../sample/sample.simd';
import { type ComposeNumbers, composeFields } from './compose.cpu';

/** i + outer∘(id + i) with i = [factor ·] inner, rows shared out. */
export function composed(
  {
    outer,
    inner,
    factor,
    value,
  }: Readonly<Record<'outer' | 'inner' | 'value', Planes>> & {
    readonly factor: FloatArray | undefined;
  },
  p: ComposeNumbers,
  share: Share,
  simd?: Simd,
): void {
  const scale = factor?.[0] ?? 1;
  if (!simd || isShort(p)) {
    composeFields(outer, inner, scale, value, p, share);
    return;
  }
  simd.functions.compose(
    ...addressesOf(simd, outer),
    ...addressesOf(simd, inner),
    scale,
    ...addressesOf(simd, value),
    ...pointsOf(simd, p, pointMap({ ...p, transformed: 0 }, undefined)),
    ...shareOf(p.ny * p.nz, share),
  );
}
