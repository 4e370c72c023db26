import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { NetworkFileProblem } from './network-file-problem';
import { crc32, declaredChecksums } from './zip-checksums';

/** The files of one network, as bytes: TensorFlow.js' two and the card. */
export interface NetworkParts {
  /** `model.json`: topology and the list of weights. */
  readonly model: Uint8Array;
  /** `weights.bin`: the weights one after the other, float32, little-endian. */
  readonly weights: Uint8Array;
  /** `card.json`. Absent from networks of others. */
  readonly card?: Uint8Array;
}

/** The most that each part may hold; more is refused before it is unpacked. */
export const largestPartBytes = {
  model: 8 << 20,
  weights: 512 << 20,
  card: 1 << 20,
} as const satisfies Record<keyof NetworkParts, number>;

const partOfFile: ReadonlyMap<string, keyof NetworkParts> = new Map([
  ['model.json', 'model'],
  ['weights.bin', 'weights'],
  ['card.json', 'card'],
]);

/** Of an entry, so that equal networks make equal files: the first day that zip knows. */
const modified = new Date(1980, 0, 1);

/**
 * One file for one network: a zip of `model.json`, `weights.bin` and `card.json`. Weights, which hardly
 * shrink, are stored as they are.
 */
export function packNetwork({ model, weights, card }: NetworkParts): Uint8Array {
  return zipSync(
    {
      'model.json': [model, { level: 6 }],
      'weights.bin': [weights, { level: 0 }],
      ...(card && { 'card.json': [card, { level: 6 }] }),
    },
    { mtime: modified },
  );
}

/**
 * The parts of a file that `packNetwork` or any zip program made; a folder around them is allowed.
 * @throws NetworkFileProblem where it is cut off, changed, too large, or lacks a part
 */
export function unpackNetwork(bytes: Uint8Array): NetworkParts {
  const checksums = declaredChecksums(bytes);
  if (!checksums) throw damaged('This is no zip file, or it is cut off.');
  const refuseLarge = ({ name, originalSize }: UnzipFileInfo): boolean => {
    const part = partOf(name);
    if (part && originalSize > largestPartBytes[part]) {
      throw new NetworkFileProblem(
        'too-large',
        `"${name}" declares ${originalSize} bytes, more than the ${largestPartBytes[part]} that are read.`,
      );
    }
    return part !== undefined;
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, { filter: refuseLarge });
  } catch (error) {
    if (error instanceof NetworkFileProblem) throw error;
    throw damaged('Its compressed data is damaged.');
  }
  const parts = new Map<keyof NetworkParts, Uint8Array>();
  for (const [name, content] of Object.entries(files)) {
    const part = partOf(name);
    if (!part) continue;
    if (parts.has(part)) throw damaged(`It has "${name}" more than once.`);
    if (crc32(content) !== checksums.get(name)) throw damaged(`"${name}" is not what was packed.`);
    parts.set(part, content);
  }
  const [model, weights, card] = [parts.get('model'), parts.get('weights'), parts.get('card')];
  if (!model || !weights) throw damaged('It lacks "model.json" or "weights.bin".');
  return { model, weights, ...(card && { card }) };
}

function partOf(name: string): keyof NetworkParts | undefined {
  return partOfFile.get(name.slice(name.lastIndexOf('/') + 1));
}

function damaged(message: string): NetworkFileProblem {
  return new NetworkFileProblem('damaged', message);
}
