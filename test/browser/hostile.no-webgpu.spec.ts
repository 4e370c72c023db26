import { expect, test } from '@playwright/test';
import { fuzzPage, pageInput } from '../fuzz/page-inputs';
import { samplesOf } from '../fuzz/recipe-changes';

test('the page takes hostile links and files: it opens them, or says why not', async ({
  page,
  baseURL,
}) => {
  const faults = await fuzzPage(page, baseURL ?? '', samplesOf(pageInput, 25, 1));
  expect(faults).toEqual([]);
});
