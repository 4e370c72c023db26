import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { centreMm } from '../../src/imaging/grid';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import type { Session } from '../../src/runtime/session';
import {
  deformImage,
  errorVoxels,
  linearMapAbout,
  rotationByDegrees,
} from '../support/known-truth';
import {
  errorMm,
  inDrawnBody,
  mapOf,
  openReportedCase,
  reportedFolder,
} from '../support/reported-cases';
import {
  openTestSession,
  type RecipeRun,
  readRecipe,
  runRecipe,
  withParameters,
} from '../support/run-recipe';
import { needsSharedData } from '../support/shared-data';

// Situations that people met, each with the map that is the right answer.

let session: Session;
beforeAll(async () => {
  session = await openTestSession();
});
afterAll(() => session.destroy());

const inHead = (value: number): boolean => value > 150;
const inSlice = (value: number): boolean => value > 20;

interface Reported {
  readonly name: string;
  readonly situation: string;
  readonly recipe: string;
  /** The node whose map is held against the truth. */
  readonly nodeId: string;
  readonly counts: Parameters<typeof errorMm>[2];
  readonly atMostMm: number;
}

const cases: readonly Reported[] = [
  {
    name: '01-cropped-field-front',
    situation: 'a moving image that shows a part of the head only',
    recipe: 'brain-t1-affine.json',
    nodeId: 'affine',
    counts: inHead,
    atMostMm: 2,
  },
  {
    name: '03-ct-padding-3024-both',
    situation: 'CTs with −3024 outside the scanner’s circle',
    recipe: 'brain-t1-affine.json',
    nodeId: 'affine',
    counts: inDrawnBody,
    atMostMm: 6,
  },
  {
    name: '06-bias-field',
    situation: 'a moving image that darkens from front to back',
    recipe: 'brain-t1-affine.json',
    nodeId: 'affine',
    counts: inHead,
    atMostMm: 0.5,
  },
  {
    name: '07-slice-into-volume',
    situation: 'a slice in a volume',
    recipe: 'brain-t1-affine.json',
    nodeId: 'affine',
    counts: inHead,
    atMostMm: 1,
  },
  {
    name: '09-slice-turned-45',
    situation: 'a slice turned by 45°',
    recipe: 'brain-2d-greedy.json',
    nodeId: 'greedy',
    counts: inSlice,
    atMostMm: 2,
  },
];

describe.each(cases)('$situation', ({ name, recipe, nodeId, counts, atMostMm }) => {
  needsSharedData(reportedFolder(name));

  test(`is registered within ${atMostMm} mm`, async () => {
    const reported = openReportedCase(name);
    const run: RecipeRun = await runRecipe(session, readRecipe(recipe), { files: reported.files });
    expect(errorMm(reported, await mapOf(run, nodeId), counts)).toBeLessThan(atMostMm);
  });
});

describe('a generated head that darkens fourfold from front to back', () => {
  test('is registered as if it did not, and only because that is taken out', async () => {
    const { image } = headPhantom({
      dimensions: 3,
      sizeVoxels: [56, 64, 56],
      seed: 7,
      subject: 1,
      contrast: 't1',
    });
    const affine = linearMapAbout(centreMm(image.grid), rotationByDegrees(4, -3, 7), [5, -6, 4]);
    const fixed = deformImage(image, image.grid, { affine });
    const [nx, ny] = image.grid.sizeVoxels;
    const values = image.values.map((value, at) => {
      const y = Math.floor(at / nx) % ny;
      return value * Math.exp(1 - (2 * y) / ny);
    });
    const files = { fixed: writeNifti(fixed), moving: writeNifti({ ...image, values }) };
    const errorWith = async (leastFold: number): Promise<number> => {
      const recipe = withParameters(readRecipe('brain-t1-affine.json'), {
        'even.leastFold': leastFold,
      });
      const run = await runRecipe(session, recipe, { files });
      return errorVoxels(fixed, { affine }, await mapOf(run, 'affine'));
    };
    expect(await errorWith(1.4)).toBeLessThan(0.3);
    expect(await errorWith(100)).toBeGreaterThan(0.5);
  });
});

describe('one pair with headers in three units', () => {
  const name = '08-voxel-size-scale';
  needsSharedData(reportedFolder(name));

  test('is as far from the truth in each, in voxels', async () => {
    const errorIn = async (suffix: string, unit: number): Promise<number> => {
      const reported = openReportedCase(name, { suffix, unit });
      const recipe = readRecipe('brain-t1-greedy.json');
      const run = await runRecipe(session, recipe, { files: reported.files });
      return errorMm(reported, await mapOf(run, 'greedy'), inHead) / unit;
    };
    const inMillimetres = await errorIn('', 1);
    expect((await errorIn('-by-1000', 1e-3)) / inMillimetres).toBeCloseTo(1, 2);
    expect((await errorIn('-times-1000', 1e3)) / inMillimetres).toBeCloseTo(1, 2);
  });
});
