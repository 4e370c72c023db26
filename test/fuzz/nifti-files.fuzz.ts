import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { axisAlignedGrid } from '../../src/imaging/grid';
import { readNifti, toLabelVolume } from '../../src/imaging/nifti/read-nifti';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { describeProblem, describeWarning } from '../../src/imaging/problem-messages';
import { Draws, drawnNumbers, fuzzProperty } from './fuzz-property';

const grid = axisAlignedGrid([12, 14, 10], [1.5, 1, 2], [-9, -7, -10]);

/** Files that are spoilt, by name. */
const bases = {
  float32: nifti('float32'),
  int16: nifti('int16'),
  int64: nifti('int64'),
  vectors: nifti('float32', 3),
} as const;

function nifti(storedType: 'float32' | 'int16' | 'int64', channels = 1): Uint8Array {
  const image = { kind: 'image', grid, channels, values: valuesOf(channels), storedType } as const;
  return writeNifti(image, { storedType, gzip: false });
}

function valuesOf(channels: number): Float32Array {
  return Float32Array.from({ length: 1680 * channels }, (_, i) => ((i * 7919) % 251) - 20);
}

/** A spoilt file; where `isSame`, what is read of it at all has to be what the good file holds. */
interface Spoilt {
  readonly bytes: Uint8Array;
  readonly isSame: boolean;
}

const wholes = [0, 1, -1, 2, 3, 7, 8, 127, 255, 256, 348, 32767, -32768] as const;
const types = [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 2304, -1] as const;
const intents = [0, 1004, 1005, 1006, 1007, 2003, 3001, -1] as const;
const reals = [0, Number.NaN, Infinity, -Infinity, 1e-45, 3e38, -1, 352.5, 1e9, 2 ** 53] as const;

/** Changes a field of a NIfTI-1 header to something that a careless reader trips over. */
function setField(view: DataView, draws: Draws): void {
  const axis = draws.below(8);
  const fields: readonly [() => void, ...(() => void)[]] = [
    () => view.setInt16(40 + 2 * axis, draws.pick(wholes), true),
    () => view.setInt16(70, draws.pick(types), true),
    () => view.setInt16(68, draws.pick(intents), true),
    () => view.setFloat32(108, draws.pick([352, 0, 348, 353, -1, Number.NaN, 2 ** 24, 1e30]), true),
    () => view.setFloat32(112 + 4 * draws.below(2), draws.pick(reals), true),
    () => view.setFloat32(76 + 4 * axis, draws.pick(reals), true),
    () => view.setFloat32(256 + 4 * draws.below(18), draws.pick(reals), true),
    () => view.setInt16(252 + 2 * draws.below(2), draws.pick(wholes), true),
  ];
  draws.pick(fields)();
}

function edited(bytes: Uint8Array, edit: (copy: Uint8Array, view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  edit(copy, new DataView(copy.buffer));
  return copy;
}

function flip(bytes: Uint8Array, draws: Draws, from: number): void {
  const at = from + draws.below(bytes.length - from);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << draws.below(8));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

const nothing = new Uint8Array(0);

const kinds: Readonly<Record<string, (file: Uint8Array, draws: Draws) => Spoilt>> = {
  header: (file, draws) => ({
    bytes: edited(file, (_, view) => {
      for (let n = draws.below(3); n >= 0; n -= 1) setField(view, draws);
    }),
    isSame: false,
  }),
  'header flips': (file, draws) => ({
    bytes: edited(file, (copy) => {
      for (let n = draws.below(8); n >= 0; n -= 1) flip(copy.subarray(0, 352), draws, 0);
    }),
    isSame: false,
  }),
  'header, gzipped': (file, draws) => ({
    bytes: gzipSync(edited(file, (_, view) => setField(view, draws))),
    isSame: false,
  }),
  cut: (file, draws) => ({ bytes: file.subarray(0, draws.below(file.length)), isSame: true }),
  'cut, gzipped': (file, draws) => {
    const zipped = gzipSync(file);
    return { bytes: zipped.subarray(0, draws.below(zipped.length)), isSame: true };
  },
  'flips in gzip': (file, draws) => ({
    bytes: edited(gzipSync(file, { level: draws.pick([6, 0, 1, 9]) }), (copy) => {
      for (let n = draws.below(4); n >= 0; n -= 1) flip(copy, draws, 10);
    }),
    isSame: true,
  }),
  'gzip trailer': (file, draws) => ({
    bytes: edited(gzipSync(file), (copy) => flip(copy, draws, copy.length - 8)),
    isSame: true,
  }),
  'gzip header': (file, draws) => ({
    bytes: edited(gzipSync(file), (copy) => {
      copy[3] = draws.below(256);
      if (draws.below(2) > 0) copy[2] = draws.below(256);
    }),
    isSame: true,
  }),
  members: (file, draws) => {
    const count = 1 + draws.below(20);
    const cuts = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * file.length) / count));
    const parts = cuts.slice(1).map((end, i) => gzipSync(file.subarray(cuts[i], end)));
    if (draws.below(3) === 0) parts.splice(draws.below(count), 0, gzipSync(nothing));
    return { bytes: joined(...parts), isSame: true };
  },
  trailing: (file, draws) => ({
    bytes: joined(
      draws.below(2) > 0 ? gzipSync(file) : file,
      new Uint8Array(draws.below(3000)).fill(draws.below(256)),
    ),
    isSame: true,
  }),
  'twice gzipped': (file) => ({ bytes: gzipSync(gzipSync(file)), isSame: true }),
  random: (_, draws) => ({
    bytes: joined(
      draws.below(2) > 0 ? Uint8Array.of(0x1f, 0x8b, 8) : nothing,
      Uint8Array.from({ length: draws.below(2000) }, () => draws.below(256)),
    ),
    isSame: false,
  }),
};

/** Long for a reader of a few kilobytes, also on a busy machine. */
const longestMs = 10_000;

const inputs = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)),
  base: fc.constantFrom(...(Object.keys(bases) as (keyof typeof bases)[])),
  framesAsChannels: fc.boolean(),
  numbers: drawnNumbers,
});

/**
 * Whatever is done to a NIfTI file: it is refused in words, or read as finite voxels in a sound grid;
 * and a file whose header was left alone is never read as something else.
 */
export const niftiFiles = fuzzProperty('NIfTI files', inputs, (input) => {
  const { kind, base, framesAsChannels, numbers } = input;
  const spoilt = kinds[kind]?.(bases[base], new Draws(numbers));
  if (!spoilt) throw new Error(`There is no kind ${kind}.`);
  const begun = performance.now();
  const read = readNifti(Uint8Array.from(spoilt.bytes), 'a.nii', { framesAsChannels });
  if (performance.now() - begun > longestMs) throw new Error('It took too long.');
  if (!read.ok) return requireWords(describeProblem(read.problem));
  for (const warning of read.warnings) requireWords(describeWarning(warning));
  const { grid: placed, values: found, channels } = read.image;
  const count = placed.sizeVoxels.reduce((product, size) => product * size, channels);
  if (found.length !== count) throw new Error('There is not one value a voxel and channel.');
  if (!found.every(Number.isFinite)) throw new Error('A voxel is not finite.');
  if (!placed.worldFromVoxel.every(Number.isFinite)) throw new Error('The grid is not finite.');
  const written = valuesOf(base === 'vectors' ? 3 : 1);
  if (spoilt.isSame && !found.every((value, i) => value === written[i])) {
    throw new Error('Other voxels were read, and nothing was said.');
  }
  const labels = toLabelVolume(read.image);
  if (!labels.ok) return requireWords(describeProblem(labels.problem));
  const { ids, values: indices } = labels.volume;
  indices.forEach((index, i) => {
    const stored = found[i] ?? 0;
    if (Math.fround(Number(ids[index])) !== stored) throw new Error(`Label ${stored} is another.`);
  });
});

function requireWords({ message, remedy }: ReturnType<typeof describeProblem>): void {
  const text = `${message} ${remedy}`;
  if (/undefined|\[object|NaN/.test(text)) throw new Error(`No words for a person: ${text}`);
}
