import type { LabelIds } from '../../imaging/volume';
import type { ColourMap, VolumeRange } from './volume-range';

/** The grey window: a volume's own range, widened and shifted by the person. */
export interface GreyWindow {
  readonly low: number;
  readonly high: number;
}

/** Applies the viewer's brightness setting to a volume's range. */
export function greyWindow(range: VolumeRange, width: number, level: number): GreyWindow {
  const span = range.high - range.low;
  const middle = (range.low + range.high) / 2 - level * span;
  return { low: middle - (span * width) / 2, high: middle + (span * width) / 2 };
}

type Pixels = Uint8ClampedArray;
type Slice = Float32Array;

/** One volume in grey; outside is transparent. */
export function paintGrey(slice: Slice, window: GreyWindow, pixels: Pixels): void {
  const scale = 255 / (window.high - window.low);
  for (let index = 0; index < slice.length; index += 1) {
    const value = slice[index] ?? Number.NaN;
    const grey = (value - window.low) * scale;
    setPixel(pixels, index, grey, grey, grey, Number.isNaN(value) ? 0 : 255);
  }
}

/** Red, green and blue in one window, so that hues stay as they are; outside is transparent. */
export function paintColour(slices: readonly Slice[], window: GreyWindow, pixels: Pixels): void {
  const [red, green, blue] = slices;
  if (!red || !green || !blue) return;
  for (let index = 0; index < red.length; index += 1) {
    setPixel(
      pixels,
      index,
      shade(red[index], window, 255),
      shade(green[index], window, 255),
      shade(blue[index], window, 255),
      Number.isNaN(red[index]) ? 0 : 255,
    );
  }
}

/** The second volume over the first, with an opacity from 0 to 1. */
export function paintOverlay(
  first: Slice,
  firstWindow: GreyWindow,
  second: Slice,
  secondWindow: GreyWindow,
  opacity: number,
  pixels: Pixels,
): void {
  for (let index = 0; index < first.length; index += 1) {
    const a = shade(first[index], firstWindow, 255);
    const b = shade(second[index], secondWindow, 255);
    const grey = a + opacity * (b - a);
    setPixel(pixels, index, grey, grey, grey, bothOutside(first, second, index) ? 0 : 255);
  }
}

/** First volume green, second magenta: grey where they agree. */
export function paintColours(
  first: Slice,
  firstWindow: GreyWindow,
  second: Slice,
  secondWindow: GreyWindow,
  opacity: number,
  pixels: Pixels,
): void {
  const green = 255 * Math.min(1, 2 - 2 * opacity);
  const magenta = 255 * Math.min(1, 2 * opacity);
  for (let index = 0; index < first.length; index += 1) {
    const a = shade(first[index], firstWindow, green);
    const b = shade(second[index], secondWindow, magenta);
    setPixel(pixels, index, b, a, b, bothOutside(first, second, index) ? 0 : 255);
  }
}

/** Fields of the first and the second volume in turn; `isSecond` decides for each pixel. */
export function paintCheckerboard(
  first: Slice,
  firstWindow: GreyWindow,
  second: Slice,
  secondWindow: GreyWindow,
  isSecond: (index: number) => boolean,
  pixels: Pixels,
): void {
  for (let index = 0; index < first.length; index += 1) {
    const grey = isSecond(index)
      ? shade(second[index], secondWindow, 255)
      : shade(first[index], firstWindow, 255);
    setPixel(pixels, index, grey, grey, grey, bothOutside(first, second, index) ? 0 : 255);
  }
}

/** Second minus first, each in its own window: orange where the second is brighter, blue where darker. */
export function paintDifference(
  first: Slice,
  firstWindow: GreyWindow,
  second: Slice,
  secondWindow: GreyWindow,
  pixels: Pixels,
): void {
  for (let index = 0; index < first.length; index += 1) {
    const difference = shade(second[index], secondWindow, 1) - shade(first[index], firstWindow, 1);
    const [r, g, b] = diverging(difference);
    setPixel(pixels, index, r, g, b, bothOutside(first, second, index) ? 0 : 255);
  }
}

/** One volume in the map that suits it. */
export function paintMapped(
  slice: Slice,
  map: Exclude<ColourMap, 'labels'>,
  range: VolumeRange,
  window: GreyWindow,
  pixels: Pixels,
): void {
  if (map === 'grey') {
    paintGrey(slice, window, pixels);
    return;
  }
  const largest = Math.max(Math.abs(range.low), Math.abs(range.high), 1e-12);
  for (let index = 0; index < slice.length; index += 1) {
    const value = slice[index] ?? Number.NaN;
    const [r, g, b] = map === 'about-zero' ? diverging(value / largest) : jacobianColour(value);
    setPixel(pixels, index, r, g, b, Number.isNaN(value) ? 0 : 255);
  }
}

/** A map of labels by index, each label in the colour that it has in every map. */
export function paintLabels(slice: Slice, labelIds: LabelIds | undefined, pixels: Pixels): void {
  const colours = new Map<number, readonly [number, number, number]>();
  for (let index = 0; index < slice.length; index += 1) {
    const value = slice[index] ?? Number.NaN;
    let colour = colours.get(value);
    if (!colour) {
      const id = labelIds?.[value];
      colour = labelColour(id === undefined ? value : colourNumber(id));
      colours.set(value, colour);
    }
    setPixel(pixels, index, ...colour, Number.isNaN(value) ? 0 : 255);
  }
}

/** A number that chooses the colour of a label: its own, unless it is negative or very large. */
function colourNumber(id: bigint): number {
  const isSmall = id >= 0n && id < 2n ** 24n;
  // The largest prime below, so that labels that differ by a power of two do not share a colour.
  return isSmall ? Number(id) : 1 + Number(BigInt.asUintN(64, id) % 16_777_213n);
}

/** Blue below zero, dark at zero, orange above; `value` from -1 to 1. */
function diverging(value: number): readonly [number, number, number] {
  const size = Math.min(1, Math.abs(value)) ** 0.8;
  return value >= 0
    ? [24 + 226 * size, 24 + 138 * size, 26 + 14 * size]
    : [24 + 34 * size, 24 + 134 * size, 26 + 218 * size];
}

/** Relative volume on a log scale about one; what has folded is a yellow that no scale reaches. */
export function jacobianColour(value: number): readonly [number, number, number] {
  if (value <= 0) return [255, 236, 0];
  return diverging(Math.log2(value) / 2);
}

/** A colour of its own for every label; the background is black. */
export function labelColour(value: number): readonly [number, number, number] {
  const label = Math.round(value);
  if (!(label > 0)) return [0, 0, 0];
  // The golden angle keeps the hues of neighbouring labels apart.
  const hue = (label * 137.508) % 360;
  const light = 0.5 + 0.12 * ((label % 3) - 1);
  const channel = (shift: number) => {
    const k = (shift + hue / 30) % 12;
    const spread = 0.62 * Math.min(light, 1 - light);
    return 255 * (light - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/** The value's place in its window, from 0 to `most`; outside of the volume it is 0. */
function shade(value: number | undefined, window: GreyWindow, most: number): number {
  const part = ((value ?? Number.NaN) - window.low) / (window.high - window.low);
  return part > 0 ? most * Math.min(1, part) : 0;
}

function bothOutside(first: Slice, second: Slice, index: number): boolean {
  return Number.isNaN(first[index]) && Number.isNaN(second[index]);
}

function setPixel(
  pixels: Pixels,
  index: number,
  red: number,
  green: number,
  blue: number,
  alpha: number,
): void {
  const at = index * 4;
  pixels[at] = red;
  pixels[at + 1] = green;
  pixels[at + 2] = blue;
  pixels[at + 3] = alpha;
}
