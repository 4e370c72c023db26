import { parseDocument } from '../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { decodeLink, extractFromPng } from '../../src/pipeline/share';
import { writeDocument } from '../../src/pipeline/write-document';
import type { FuzzProperty } from './fuzz-property';
import { samplesOf } from './recipe-changes';
import {
  type HostileLink,
  type HostilePicture,
  hostileLink,
  hostilePicture,
  sharedText,
} from './shared-recipes';

const slowMs = 10_000;

/** Runs a check on each sample; a throw or more than three seconds is a fault as well. */
async function eachOf<Sample extends { readonly kind: string }>(
  samples: Iterable<Sample>,
  seed: number,
  check: (sample: Sample) => string | undefined,
): Promise<{ tried: number; faults: readonly string[] }> {
  const faults: string[] = [];
  let tried = 0;
  for (const sample of samples) {
    tried += 1;
    const started = performance.now();
    let fault: string | undefined;
    try {
      fault = check(sample);
    } catch (error) {
      fault = String(error);
    }
    const ms = performance.now() - started;
    if (fault === undefined && ms > slowMs) fault = `took ${(ms / 1000).toFixed(1)} s`;
    if (fault !== undefined) {
      faults.push(`${sample.kind}, number ${tried} of seed ${seed}: ${fault}`);
    }
  }
  return { tried, faults };
}

const isShared = (document: PipelineDocument) => writeDocument(document) === sharedText;

function linkFault({ hash, isDamaged }: HostileLink): string | undefined {
  const read = decodeLink(hash);
  if (read === undefined) return hash.startsWith('#recipe=') ? 'a link is not seen' : undefined;
  if (!read.ok) return read.problems.length > 0 ? undefined : 'refused without a reason';
  if (isDamaged && !isShared(read.document)) return 'another recipe is opened';
  return undefined;
}

function pictureFault({ png, isDamaged }: HostilePicture): string | undefined {
  const text = extractFromPng(png);
  if (text === undefined) return undefined;
  if (isDamaged && text !== sharedText) return 'another text is read';
  parseDocument(text);
  return undefined;
}

/** Damaged and hostile links are refused or give the recipe that was put in; nothing throws or hangs. */
export const links: FuzzProperty = {
  name: 'links',
  run: (count, seed) => eachOf(samplesOf(hostileLink, count, seed), seed, linkFault),
};

/** The same of pictures with a recipe inside. */
export const pictures: FuzzProperty = {
  name: 'pictures',
  run: (count, seed) => eachOf(samplesOf(hostilePicture, count, seed), seed, pictureFault),
};
