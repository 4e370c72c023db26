import type { VolumeData } from '../../runtime/api/engine/engine-api';

/** What a picture needs to know of a volume's values. */
export interface VolumeRange {
  /** Values that become black and white: the 1st and the 99.5th percentile. */
  readonly low: number;
  readonly high: number;
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** How values become colours. */
export type ColourMap = 'grey' | 'labels' | 'about-zero' | 'about-one';

const sampledValues = 40_000;

/** Percentiles from an even sample of the volume's finite values. */
export function measureRange(volume: VolumeData): VolumeRange {
  const { values } = volume;
  const stride = Math.max(1, Math.floor(values.length / sampledValues));
  const sample: number[] = [];
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (!Number.isFinite(value)) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    if (index % stride === 0) sample.push(value);
  }
  if (sample.length === 0) return { low: 0, high: 1, median: 0, minimum: 0, maximum: 1 };
  const sorted = Float32Array.from(sample).sort();
  const quantile = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  const low = quantile(0.01);
  const high = quantile(0.995);
  const isFlat = high <= low;
  return {
    low: isFlat ? minimum : low,
    high: isFlat ? Math.max(maximum, minimum + 1e-6) : high,
    median: quantile(0.5),
    minimum,
    maximum,
  };
}

/**
 * The map that shows what a volume is about: labels by colour, differences about zero, and maps of
 * relative volume (Jacobian determinants) about one.
 */
export function guessColourMap(kind: 'image' | 'labels', range: VolumeRange): ColourMap {
  if (kind === 'labels') return 'labels';
  const isAboutOne =
    Math.abs(range.median - 1) < 0.15 &&
    range.high < 8 &&
    range.low > -2 &&
    range.high - range.low < 6;
  if (isAboutOne) return 'about-one';
  const isSigned = range.low < 0 && range.high > 0 && Math.abs(range.median) < 0.2 * range.high;
  return isSigned && -range.low > 0.15 * range.high ? 'about-zero' : 'grey';
}
