import { describe, expect, it } from 'vitest';
import {
  histogramCotangents,
  histogramPartials,
} from '../../../../src/runtime/ops/histogram/histogram.cpu';
import { windowCode } from '../../../../src/runtime/ops/histogram/parzen';

const everyBins = Array.from({ length: 57 }, (_, index) => 8 + index);
const share = { part: 0, parts: 1 };

/** Intensities at and just below the upper end of a range, as floats can lie there. */
function brightest(low: number, high: number): Float32Array {
  const near = Array.from({ length: 16 }, (_, ulps) => {
    const bits = new Int32Array(Float32Array.of(high).buffer);
    bits[0]! -= ulps;
    return new Float32Array(bits.buffer)[0]!;
  });
  return Float32Array.from([low, ...near, (low + high) / 2]);
}

describe('the joint histogram at the end of the range', () => {
  it.each(everyBins)('stays within its table with %i bins', (bins) => {
    for (const window of Object.values(windowCode)) {
      for (let draw = 0; draw < 40; draw += 1) {
        const high = Math.fround(0.5 + ((draw * 0.618034) % 1) * 3);
        const range = Float32Array.of(0, high);
        const image = brightest(0, high);
        // Doubles lie nearer to the end than floats can: the last step below `span`.
        const doubles = Float64Array.from(image, (value) => value * (1 - 2 ** -53));
        const cells = Float32Array.from({ length: bins * bins }, (_, cell) => 1 + cell);
        for (const given of [image, doubles]) {
          const count = given.length;
          const cotangent = new Float64Array(count);
          const numbers = { count, bins, window };
          const strides = { otherStride: bins, imageStride: 1 };
          histogramCotangents(
            given,
            given,
            range,
            range,
            undefined,
            cells,
            cotangent,
            { ...numbers, ...strides },
            share,
          );
          expect(cotangent.every(Number.isFinite), `window ${window}, range to ${high}`).toBe(true);
          const table = new Float64Array(bins * bins);
          histogramPartials(
            given,
            given,
            range,
            range,
            undefined,
            table,
            { ...numbers, chunkLength: count },
            share,
          );
          expect(table.reduce((sum, value) => sum + value, 0)).toBeCloseTo(count, 9);
        }
      }
    }
  });
});
