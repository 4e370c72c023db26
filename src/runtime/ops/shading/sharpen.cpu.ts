/** How a histogram of log intensities is sharpened. */
export interface Sharpening {
  readonly bins: number;
  /** Full width at half maximum of the Gaussian that shading is thought to blur the histogram by. */
  readonly fwhm: number;
  /** The Wiener filter's noise: more sharpens less. */
  readonly noise: number;
}

/**
 * What each log intensity would be without the blur that shading puts into the histogram: its expectation, given what is
 * seen, under the histogram deconvolved by a Gaussian (Sled, Zijdenbos, Evans 1998, doi:10.1109/42.668698, eq. 8 to 12).
 * @param weights voxels of weight 0 are left as they are, and do not count
 */
export function sharpen(
  logs: Float64Array,
  weights: Float64Array,
  { bins, fwhm, noise }: Sharpening,
): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  logs.forEach((value, i) => {
    if (!(weights[i]! > 0)) return;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  if (!(most > least)) return logs.slice();
  const slope = (most - least) / (bins - 1);

  // Twice as long as needed, so that what leaves at one end does not come in at the other.
  const length = 2 ** (Math.ceil(Math.log2(bins)) + 1);
  const offset = (length - bins) / 2;
  const seen = new Float64Array(length);
  logs.forEach((value, i) => {
    const weight = weights[i]!;
    if (!(weight > 0)) return;
    const at = (value - least) / slope;
    const bin = Math.min(Math.floor(at), bins - 1);
    seen[offset + bin]! += weight * (1 - (at - bin));
    if (bin + 1 < bins) seen[offset + bin + 1]! += weight * (at - bin);
  });

  const blur = gaussian(length, fwhm / slope);
  const spectrum = cosines(blur);
  const inverse = cosines(spectrum.map((value) => value / (value * value + noise))).map(
    (value) => value / length,
  );
  const sharp = convolve(seen, inverse).map((value) => Math.max(0, value));
  const above = convolve(
    sharp.map((value, n) => value * (least + (n - offset) * slope)),
    blur,
  );
  const below = convolve(sharp, blur);
  const expected = above.map((value, n) => (below[n]! > 0 ? value / below[n]! : 0));

  return logs.map((value, i) => {
    if (!(weights[i]! > 0)) return value;
    const at = offset + (value - least) / slope;
    const bin = Math.min(Math.floor(at), offset + bins - 2);
    return expected[bin]! + (at - bin) * (expected[bin + 1]! - expected[bin]!);
  });
}

/** A Gaussian of sum 1 about element 0, around the end. */
function gaussian(length: number, fwhm: number): Float64Array {
  const fall = (4 * Math.LN2) / (fwhm * fwhm);
  const height = (2 * Math.sqrt(Math.LN2 / Math.PI)) / fwhm;
  return Float64Array.from({ length }, (_, n) => {
    const distance = Math.min(n, length - n);
    return height * Math.exp(-fall * distance * distance);
  });
}

/** The discrete Fourier transform of what is even about element 0, which is real. */
function cosines(even: Float64Array): Float64Array {
  const { length } = even;
  const table = Float64Array.from({ length }, (_, n) => Math.cos((2 * Math.PI * n) / length));
  return even.map((_, k) =>
    even.reduce((sum, value, n) => sum + value * table[(k * n) % length]!, 0),
  );
}

/** The circular convolution with what is even about element 0. */
function convolve(values: Float64Array, even: Float64Array): Float64Array {
  const { length } = values;
  return values.map((_, n) => {
    let sum = 0;
    for (let k = 0; k < length; k += 1) sum += values[k]! * even[(n - k + length) % length]!;
    return sum;
  });
}
