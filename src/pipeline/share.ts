import { deflateSync, zlibSync } from 'fflate';
import { canonicalDocument } from './canonical-document';
import { concatenate, inflateCapped } from './inflate-capped';
import { documentLimits } from './limits';
import { type ParseDocumentResult, parseDocument } from './parse-document';
import { crc32, encodePngChunk, isPng, type PngChunk, pngChunks } from './png-chunks';
import { type DocumentProblem, linkDamaged, linkTooLong } from './problems';
import type { PipelineDocument } from './schema';

const linkPrefix = '#recipe=';
const pngKeyword = 'weft-recipe';

/** The hash of a link, `#recipe=` included, or why the recipe does not fit into one. */
export type EncodeLinkResult =
  | { readonly ok: true; readonly hash: string }
  | { readonly ok: false; readonly problem: DocumentProblem };

/** True for the hash of a link that holds a recipe, whatever has become of it. */
export function isLink(hash: string): boolean {
  return hash.startsWith(linkPrefix);
}

/** What a link holds, and whether a checksum says that it is what was put into it. */
export type DecodeLinkResult = ParseDocumentResult & { readonly isChecked: boolean };

/**
 * Packs a recipe into the hash of a link, which browsers do not send to any server. Behind a dot
 * follows the CRC-32 of the packed bytes in eight hexadecimal digits: deflate has none of its own.
 */
export function encodeLink(document: PipelineDocument): EncodeLinkResult {
  const text = new TextEncoder().encode(JSON.stringify(canonicalDocument(document)));
  const packed = deflateSync(text, { level: 9 });
  const hash = `${linkPrefix}${toBase64Url(packed)}.${checksumOf(packed)}`;
  return hash.length > documentLimits.linkCharacters
    ? { ok: false, problem: linkTooLong(hash.length) }
    : { ok: true, hash };
}

/**
 * The recipe in the hash of a link; undefined where the hash is about something else. A link whose
 * checksum is another is refused. Earlier links have none: they are opened, and not `isChecked`.
 */
export function decodeLink(hash: string): DecodeLinkResult | undefined {
  if (!isLink(hash)) return undefined;
  if (hash.length > documentLimits.linkCharacters) return refuse('it is too long', false);

  const content = hash.slice(linkPrefix.length);
  const dot = content.indexOf('.');
  const isChecked = dot >= 0;
  const packed = fromBase64Url(isChecked ? content.slice(0, dot) : content);
  if (packed === undefined) return refuse('it holds characters that no link has', isChecked);
  if (isChecked && content.slice(dot + 1) !== checksumOf(packed)) {
    return refuse('it is not as it was made, its checksum differs', isChecked);
  }
  const bytes = inflateCapped(packed, 'deflate', documentLimits.fileBytes);
  const text = bytes && decodeUtf8(bytes);
  return text === undefined
    ? refuse('it is cut off or damaged', isChecked)
    : { ...parseDocument(text), isChecked };
}

/**
 * The picture with the text of a recipe inside, in place of one that it may hold already. The text
 * is an iTXt chunk, compressed, under the keyword `weft-recipe`. Throws where `png` is no PNG file.
 */
export function embedInPng(png: Uint8Array, text: string): Uint8Array {
  const chunks = [...pngChunks(png)];
  const header = chunks[0];
  if (header?.type !== 'IHDR') throw new Error('A recipe can only be put into a PNG file.');

  const encoder = new TextEncoder();
  const data = concatenate([
    encoder.encode(pngKeyword),
    // End of keyword, compressed, by zlib, no language, no translated keyword.
    Uint8Array.of(0, 1, 0, 0, 0),
    zlibSync(encoder.encode(text)),
  ]);
  return concatenate([
    png.subarray(0, header.end),
    encodePngChunk('iTXt', data),
    ...chunks
      .slice(1)
      .filter((chunk) => !holdsRecipe(chunk))
      .map((chunk) => png.subarray(chunk.start, chunk.end)),
  ]);
}

/** The text of the recipe inside a picture, not yet validated; undefined where there is none. */
export function extractFromPng(png: Uint8Array): string | undefined {
  if (!isPng(png)) return undefined;
  for (const chunk of pngChunks(png)) {
    if (holdsRecipe(chunk)) return recipeText(chunk.data);
  }
  return undefined;
}

function holdsRecipe({ type, data }: PngChunk): boolean {
  return type === 'iTXt' && latin1(data.subarray(0, pngKeyword.length + 1)) === `${pngKeyword}\0`;
}

function recipeText(data: Uint8Array): string | undefined {
  if (data.length > documentLimits.fileBytes) return undefined;
  const flags = pngKeyword.length + 1;
  const languageEnd = data.indexOf(0, flags + 2);
  const translationEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
  if (translationEnd < 0) return undefined;

  const isCompressed = data[flags] === 1;
  const content = data.subarray(translationEnd + 1);
  const bytes = isCompressed ? inflateCapped(content, 'zlib', documentLimits.fileBytes) : content;
  return bytes && decodeUtf8(bytes);
}

function refuse(found: string, isChecked: boolean): DecodeLinkResult {
  return { ok: false, problems: [linkDamaged(found)], isChecked };
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(latin1(bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(characters, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
