import { deflateRawSync, inflateSync, deflateSync as nodeDeflate } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentLimits } from '../../../src/pipeline/limits';
import { crc32, encodePngChunk, isPng, pngChunks } from '../../../src/pipeline/png-chunks';
import { decodeLink, embedInPng, encodeLink, extractFromPng } from '../../../src/pipeline/share';
import { writeDocument } from '../../../src/pipeline/write-document';
import { canonicalOrderDocument } from './arbitrary-document';
import { parsedFixture } from './fixture';

const bomb = new Uint8Array(64 * 1024 * 1024).fill(32);
const utf8 = (text: string) => new TextEncoder().encode(text);

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A picture of one black pixel. */
function blackPixel(): Uint8Array {
  const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0);
  return join(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    encodePngChunk('IHDR', header),
    encodePngChunk('IDAT', nodeDeflate(Uint8Array.of(0, 0))),
    encodePngChunk('IEND', new Uint8Array()),
  );
}

function pixelWithChunk(type: string, data: Uint8Array): Uint8Array {
  const pixel = blackPixel();
  return join(pixel.subarray(0, 33), encodePngChunk(type, data), pixel.subarray(33));
}

describe('links', () => {
  test('give back the recipe', () => {
    fc.assert(
      fc.property(canonicalOrderDocument, (document) => {
        const link = encodeLink(document);
        fc.pre(link.ok);
        expect(link.ok && link.hash).toMatch(/^#recipe=[\w-]+\.[0-9a-f]{8}$/);
        expect(link.ok && decodeLink(link.hash)).toEqual({
          ok: true,
          document,
          migrated: [],
          isChecked: true,
        });
      }),
    );
  });

  test('are short for a usual recipe', () => {
    const link = encodeLink(parsedFixture('greedy-2d'));
    expect(link.ok && link.hash.length).toBeLessThan(1500);
  });

  test('are refused where they would be too long', () => {
    const noise = Array.from({ length: 1000 }, (_, index) => Math.sin(index));
    const document = parsedFixture('from-a-newer-weft');
    const dream = { ...document.nodes.dream!, params: { layers: noise } };
    expect(encodeLink({ ...document, nodes: { ...document.nodes, dream } })).toMatchObject({
      ok: false,
      problem: { code: 'link-too-long' },
    });
  });

  test('about something else are none of our business', () => {
    expect(decodeLink('')).toBeUndefined();
    expect(decodeLink('#gallery')).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['spaces', 'a b'],
    ['half a byte', 'A'],
    ['no deflate data', '_____w'],
    ['too many characters', 'A'.repeat(documentLimits.linkCharacters)],
    ['invalid UTF-8', deflateRawSync(Uint8Array.of(0xff, 0xfe)).toString('base64url')],
  ])('with %s are refused', (_, content) => {
    expect(decodeLink(`#recipe=${content}`)).toMatchObject({
      ok: false,
      problems: [{ code: 'link-damaged' }],
    });
  });

  test('of earlier versions, without a checksum, still open and say so', () => {
    const document = parsedFixture('greedy-2d');
    const packed = deflateRawSync(JSON.stringify(document)).toString('base64url');
    expect(decodeLink(`#recipe=${packed}`)).toMatchObject({
      ok: true,
      document,
      isChecked: false,
    });
  });

  test('in which one to three bits changed are refused, wherever they are', () => {
    const link = encodeLink(parsedFixture('greedy-2d'));
    const [content = '', checksum = ''] = (link.ok ? link.hash : '').slice(8).split('.');
    const packed = Buffer.from(content, 'base64url');
    const place = fc.nat(8 * packed.length - 1);
    fc.assert(
      fc.property(fc.uniqueArray(place, { minLength: 1, maxLength: 3 }), (bits) => {
        const damaged = Buffer.from(packed);
        for (const bit of bits) damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(decodeLink(`#recipe=${damaged.toString('base64url')}.${checksum}`)).toMatchObject({
          ok: false,
          problems: [{ code: 'link-damaged' }],
        });
      }),
      { numRuns: 500 },
    );
    expect(decodeLink(`#recipe=${content}.${checksum.replace(/.$/, '')}`)?.ok).toBe(false);
  });

  test('that hold a bomb are refused', () => {
    const packed = deflateRawSync(bomb.subarray(0, 5 * 1024 * 1024)).toString('base64url');
    expect(packed.length).toBeLessThan(documentLimits.linkCharacters);
    expect(decodeLink(`#recipe=${packed}`)).toMatchObject({
      ok: false,
      problems: [{ code: 'link-damaged' }],
    });
  });

  test('that were cut off are refused at every length', () => {
    const link = encodeLink(parsedFixture('from-a-newer-weft'));
    const hash = link.ok ? link.hash : '';
    for (let length = '#recipe='.length; length < hash.length; length++) {
      // Cut just before its checksum it is whole, and as links were before they had one.
      const isWhole = hash[length] === '.';
      expect(decodeLink(hash.slice(0, length))?.ok).toBe(isWhole);
    }
  });

  test('never throw, whatever they hold', () => {
    const content = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.string().map((text) => deflateRawSync(text).toString('base64url')),
    );
    fc.assert(
      fc.property(content, (text) => {
        expect(decodeLink(`#recipe=${text}`)?.ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('pictures', () => {
  test('give back the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(extractFromPng(embedInPng(blackPixel(), text))).toBe(text);
      }),
    );
  });

  test('hold the recipe as a standard compressed iTXt chunk with the right checksum', () => {
    const text = writeDocument(parsedFixture('greedy-2d'));
    const chunks = [...pngChunks(embedInPng(blackPixel(), text))];
    expect(chunks.map((chunk) => chunk.type)).toEqual(['IHDR', 'iTXt', 'IDAT', 'IEND']);

    const data = Buffer.from(chunks[1]!.data);
    expect(data.subarray(0, 16).toString('latin1')).toBe('weft-recipe\0\x01\0\0\0');
    expect(inflateSync(data.subarray(16)).toString('utf8')).toBe(text);
  });

  test('keep every other chunk as it was', () => {
    const pixel = pixelWithChunk('tEXt', utf8('Author\0Someone'));
    const others = [...pngChunks(embedInPng(pixel, 'recipe'))].filter(
      ({ type }) => type !== 'iTXt',
    );
    expect(others.map(({ type, data }) => [type, data])).toEqual(
      [...pngChunks(pixel)].map(({ type, data }) => [type, data]),
    );
  });

  test('hold one recipe, the newest', () => {
    const twice = embedInPng(embedInPng(blackPixel(), 'old'), 'new');
    expect(extractFromPng(twice)).toBe('new');
    expect([...pngChunks(twice)]).toHaveLength(4);
  });

  test('that another program has left uncompressed are read', () => {
    const data = utf8('weft-recipe\0\0\0en\0Rezept\0{ "größe": 1 }');
    expect(extractFromPng(pixelWithChunk('iTXt', data))).toBe('{ "größe": 1 }');
  });

  test('are found inside a larger buffer', () => {
    const png = embedInPng(blackPixel(), 'text');
    const shifted = join(new Uint8Array(7), png).subarray(7);
    expect(extractFromPng(shifted)).toBe('text');
  });

  test.each([
    ['no recipe', blackPixel()],
    ['a recipe under another keyword', pixelWithChunk('iTXt', utf8('weft-recipes\0\0\0\0\0{}'))],
    ['a chunk that ends in the keyword', pixelWithChunk('iTXt', utf8('weft-rec'))],
    ['a chunk that ends in the flags', pixelWithChunk('iTXt', utf8('weft-recipe\0\x01'))],
    ['damaged content', pixelWithChunk('iTXt', utf8('weft-recipe\0\x01\0\0\0rubbish'))],
    [
      'text that is not UTF-8',
      pixelWithChunk('iTXt', join(utf8('weft-recipe\0\0\0\0\0'), Uint8Array.of(0xff))),
    ],
    ['a bomb', pixelWithChunk('iTXt', join(utf8('weft-recipe\0\x01\0\0\0'), nodeDeflate(bomb)))],
    [
      'a chunk beyond the limit',
      pixelWithChunk(
        'iTXt',
        join(utf8('weft-recipe\0\0\0\0\0'), bomb.subarray(0, 2 * documentLimits.fileBytes)),
      ),
    ],
  ])('with %s give nothing', (_, png) => {
    expect(extractFromPng(png)).toBeUndefined();
  });

  test('with a wrong checksum give nothing', () => {
    const png = embedInPng(blackPixel(), 'text');
    png[60]! ^= 1;
    expect(extractFromPng(png)).toBeUndefined();
  });

  test('never throw, whatever was cut off or changed', () => {
    const png = embedInPng(
      blackPixel(),
      'A text of some length, so that there is something to cut.',
    );
    for (let length = 0; length < png.length; length++) extractFromPng(png.subarray(0, length));
    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.nat(255), (at, byte) => {
        const changed = png.slice();
        changed[at] = byte;
        extractFromPng(changed);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        extractFromPng(pixelWithChunk('iTXt', join(utf8('weft-recipe\0'), bytes)));
        expect(extractFromPng(bytes)).toBeUndefined();
      }),
    );
  });

  test('refuse to be made from anything but a PNG file', () => {
    expect(() => embedInPng(utf8('GIF89a'), 'text')).toThrow('PNG');
    expect(isPng(blackPixel())).toBe(true);
  });

  test('use the CRC-32 whose check value is published', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
  });
});
