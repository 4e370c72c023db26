import { readFileSync } from 'node:fs';
import { deflateRawSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { parseDocument } from '../../src/pipeline/parse-document';
import { encodePngChunk } from '../../src/pipeline/png-chunks';
import { embedInPng, encodeLink } from '../../src/pipeline/share';
import { hostileRecipe } from './recipe-changes';

/** The text of the recipe that the links and pictures here hold before they are damaged. */
export const sharedText = readFileSync('pipelines/brain-2d-greedy.json', 'utf8');

const parsed = parseDocument(sharedText);
const encoded = parsed.ok ? encodeLink(parsed.document) : undefined;
if (!encoded?.ok) throw new Error('The recipe to be damaged does not fit into a link.');
/** An undamaged link. */
export const wholeLink = encoded.hash;

/** A damaged or hostile hash of a link. */
export interface HostileLink {
  readonly kind: string;
  readonly hash: string;
  /** True where it was a whole link, so that it must be refused or give the same recipe. */
  readonly isDamaged: boolean;
}
/** A damaged or hostile picture. */
export interface HostilePicture {
  readonly kind: string;
  readonly png: Uint8Array;
  readonly isDamaged: boolean;
}

const prefix = '#recipe=';
const start = prefix.length;
const [content = '', checksum = ''] = wholeLink.slice(start).split('.');
const linkOf = (bytes: Uint8Array) => prefix + Buffer.from(bytes).toString('base64url');
const bits = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });

function flipped(bytes: Uint8Array, at: readonly number[], from = 0): Buffer {
  const damaged = Buffer.from(bytes);
  for (const place of at) {
    const index = from + (place % (damaged.length - from));
    damaged.writeUInt8(damaged.readUInt8(index) ^ (1 << (place % 8)), index);
  }
  return damaged;
}

const hostileText = fc.oneof(
  hostileRecipe.map(({ text }) => text),
  fc.constantFrom('', '{}', 'null', '[]', '[['.repeat(5000), '{"__proto__":1}', '\u0000', '\ufffe'),
  fc.string(),
);
const bomb = fc
  .constantFrom(2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 5_000_000)
  .map((bytes) => Buffer.alloc(bytes, 32));

const link = (kind: string, isDamaged: boolean, hash: fc.Arbitrary<string>) =>
  hash.map((made): HostileLink => ({ kind, hash: made, isDamaged }));

/** Damaged and hostile links. */
export const hostileLink: fc.Arbitrary<HostileLink> = fc.oneof(
  link(
    'flipped bits',
    true,
    bits.map((at) => {
      const damaged = flipped(Buffer.from(content, 'base64url'), at);
      return `${prefix}${damaged.toString('base64url')}.${checksum}`;
    }),
  ),
  link(
    'other characters',
    true,
    fc.tuple(bits, fc.constantFrom(...'AZaz09-_=+/%# é')).map(([at, character]) => {
      const characters = [...wholeLink];
      const dot = wholeLink.length - checksum.length - 1;
      for (const place of at) {
        const index = start + (place % (characters.length - start));
        // Without its dot it is a link as they were before there were checksums.
        if (index !== dot) characters[index] = character;
      }
      return characters.join('');
    }),
  ),
  link(
    'cut',
    true,
    fc.nat(wholeLink.length - 1).map((length) => wholeLink.slice(0, length)),
  ),
  link(
    'hostile text',
    false,
    hostileText.map((text) => linkOf(deflateRawSync(text))),
  ),
  link(
    'bomb',
    false,
    bomb.map((bytes) => linkOf(deflateRawSync(bytes))),
  ),
  link('any bytes', false, fc.uint8Array({ maxLength: 3000 }).map(linkOf)),
  link(
    'any text',
    false,
    fc.oneof(
      fc.string().map((text) => prefix + text),
      fc.constantFrom(
        '',
        '#',
        '#recipe',
        prefix,
        `${prefix}.`,
        `${prefix}.00000000`,
        `${prefix}%00`,
      ),
      fc.constantFrom(8184, 8185, 100_000).map((length) => prefix + 'A'.repeat(length)),
    ),
  ),
);

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
const headEnd = 33;
const plain = Buffer.concat([
  signature,
  encodePngChunk('IHDR', header),
  encodePngChunk('IDAT', deflateSync(Buffer.from([0, 0]))),
  encodePngChunk('IEND', new Uint8Array()),
]);
/** A picture of one pixel with the recipe inside. */
export const wholePicture = embedInPng(plain, sharedText);

function withChunk(type: string, data: Uint8Array): Uint8Array {
  return Buffer.concat([
    plain.subarray(0, headEnd),
    encodePngChunk(type, data),
    plain.subarray(headEnd),
  ]);
}
const recipeChunk = (flags: Uint8Array, body: Uint8Array) =>
  withChunk('iTXt', Buffer.concat([Buffer.from('weft-recipe\0'), flags, body]));
const packed = Buffer.from([1, 0, 0, 0]);

const picture = (kind: string, isDamaged: boolean, png: fc.Arbitrary<Uint8Array>) =>
  png.map((made): HostilePicture => ({ kind, png: made, isDamaged }));

/** Damaged and hostile pictures. */
export const hostilePicture: fc.Arbitrary<HostilePicture> = fc.oneof(
  picture(
    'flipped bits',
    true,
    bits.map((at) => flipped(wholePicture, at, signature.length)),
  ),
  picture(
    'cut',
    true,
    fc.nat(wholePicture.length - 1).map((end) => wholePicture.subarray(0, end)),
  ),
  picture(
    'hostile text',
    false,
    hostileText.map((text) => recipeChunk(packed, deflateSync(text))),
  ),
  picture(
    'bomb',
    false,
    bomb.map((bytes) => recipeChunk(packed, deflateSync(bytes))),
  ),
  picture(
    'any flags',
    false,
    fc
      .tuple(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 50 }))
      .map(([flags, body]) => recipeChunk(flags, body)),
  ),
  picture(
    'other lengths',
    false,
    fc
      .tuple(fc.constantFrom(0, 0x7fffffff, 0xffffffff, 0xfffffff4, 100), fc.nat(1))
      .map(([length, chunk]) => {
        const damaged = Buffer.from(wholePicture);
        damaged.writeUInt32BE(length, signature.length + 25 * chunk);
        return damaged;
      }),
  ),
  picture(
    'any bytes',
    false,
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.concat([signature, bytes])),
  ),
);
