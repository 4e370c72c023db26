import { expect, type Page, test, type Worker } from '@playwright/test';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { expectDone, openPage, openRecipe, saveRecipe, selectNode } from './journey';
import { seriousViolations } from './violations';

const head = headPhantom({
  dimensions: 2,
  seed: 7,
  subject: 1,
  contrast: 't2',
  spacingMm: [2, 2, 2],
});
const image = Buffer.from(writeNifti(head.image));

/** A second on a machine that has nothing else to do; a busy one needs longer for anything. */
const soonMs = 45_000;

const clock = (page: Page) => page.locator('output.run-clock');
const runButton = (page: Page) => page.getByRole('button', { name: 'Run', exact: true });
const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'The engine stopped' });

async function onCpu(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Device' }).click();
  await page.getByRole('option', { name: 'CPU', exact: true }).click();
}

/** A last level that goes on for as long as a test needs. */
async function runLong(page: Page): Promise<void> {
  await selectNode(page, 'field-levels');
  await page.getByLabel('Shrink').fill('4');
  await page.getByLabel('Iterations').fill('10000');
  await page.getByRole('textbox', { name: 'Convergence' }).fill('0');
  await runButton(page).click();
  await expect(page.locator('.loss-chart').first()).toBeVisible({ timeout: 60_000 });
}

async function runShort(page: Page): Promise<void> {
  await selectNode(page, 'field-levels');
  await page.getByLabel('Shrink').fill('4');
  await page.getByLabel('Iterations').fill('5');
  await runButton(page).click();
  await expectDone(page);
}

function workerOf(page: Page, name: RegExp): Worker {
  const found = page.workers().find((worker) => name.test(worker.url()));
  if (found === undefined) throw new Error(`There is no worker ${name}.`);
  return found;
}

test('an engine that ends in a run is noticed, said and replaced', async ({ page }) => {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await onCpu(page);
  await selectNode(page, 'fixed');
  await page.getByText('File', { exact: true }).click();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a NIfTI file' }).click();
  await (await waiting).setFiles({ name: 'mine.nii.gz', mimeType: 'image/x', buffer: image });
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText('96 × 112');
  await runLong(page);

  await workerOf(page, /\/worker-/).evaluate(() => self.close());
  await expect(clock(page)).toContainText('Failed', { timeout: soonMs });
  await expect(notice(page)).toContainText('a fresh one is running');
  const problem = page.locator('.run-panel .diagnostic', { hasText: 'The engine stopped' });
  await expect(problem).toContainText(/affine|greedy/);
  await expect(page.locator('.node-dot[data-state="failed"]').first()).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  const text = await saveRecipe(page);
  expect(text).toContain('mine.nii.gz');
  expect(text).toContain('10000');
  await runShort(page);
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText('96 × 112');
});

test('an engine whose program does not load is said, and started once it does', async ({
  page,
}) => {
  await page.route(/\/worker-.*\.js$/, (route) => route.fulfill({ status: 404 }));
  await openPage(page);
  await expect(notice(page)).toContainText('could not be loaded');
  await openRecipe(page, 'Two slices, greedy');
  await page.unroute(/\/worker-.*\.js$/);
  await runShort(page);
});

test('a pool thread that ends in a run is noticed, and the next run is done', async ({ page }) => {
  // The engine's own workers, so that one can be ended behind its back as the machine would.
  await page.route(/\/worker-.*\.js$/, async (route) => {
    const response = await route.fetch();
    const spy = `const Started = self.Worker; self.threads = [];
      self.Worker = class extends Started { constructor(...all) { super(...all); self.threads.push(this); } };\n`;
    await route.fulfill({ response, body: spy + (await response.text()) });
  });
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await onCpu(page);
  await runLong(page);
  await workerOf(page, /\/worker-/).evaluate(() => {
    const { threads } = self as unknown as { readonly threads: readonly { terminate(): void }[] };
    threads[0]?.terminate();
  });
  await expect(clock(page)).toContainText('Failed', { timeout: soonMs });
  // Whichever stage it was in: on a slow machine the first.
  await expect(page.locator('.run-panel .diagnostic', { hasText: 'A thread ended' })).toContainText(
    /^(affine|greedy)/,
  );
  await expect(notice(page)).toHaveCount(0);
  await runShort(page);
});
