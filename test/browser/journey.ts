import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';

/** Opens the page on its gallery; files are saved as downloads, so that the test can read them. */
export async function openPage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'showSaveFilePicker');
    Reflect.deleteProperty(window, 'showOpenFilePicker');
  });
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Register two images' })).toBeVisible();
}

/** Opens a recipe of the gallery by its name. */
export async function openRecipe(page: Page, name: string): Promise<void> {
  await page.locator('.recipe-card', { hasText: name }).click();
  await expect(page.locator('.node-card').first()).toBeVisible();
}

/** Selects a node on the canvas. */
export async function selectNode(page: Page, nodeId: string): Promise<void> {
  await page.locator(`.react-flow__node[data-id="${nodeId}"] .node-title`).click();
  await expect(page.locator('.inspector-head')).toContainText(nodeId);
}

/** The text of the recipe as it is saved. */
export async function saveRecipe(page: Page): Promise<string> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const download = await waiting;
  return readFile(await download.path(), 'utf8');
}

/** Gives the page a file to open as a recipe. */
export async function openFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  const chooser = await waiting;
  const mimeType = name.endsWith('.png') ? 'image/png' : 'application/json';
  await chooser.setFiles({ name, mimeType, buffer: Buffer.from(content) });
}

/**
 * Watches a run from within the page, where nothing is missed however fast it is: how many different
 * pictures the warped pane showed, and the loss of the field at the first and the last sight.
 */
function watchRun(page: Page): Promise<{ pictures: number; losses: readonly number[] }> {
  return page.evaluate(
    () =>
      new Promise<{ pictures: number; losses: number[] }>((resolve) => {
        const pictures = new Set<number>();
        const losses: number[] = [];
        const look = () => {
          const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-caption="Warped"]');
          if (canvas !== null && canvas.width > 0) {
            const context = canvas.getContext('2d');
            const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
            let sum = 0;
            for (let index = 0; index < data.length; index += 1) {
              sum += (data[index] ?? 0) * (1 + (index % 7));
            }
            pictures.add(sum);
          }
          const field = [...document.querySelectorAll('.loss-chart figcaption')].find((caption) =>
            caption.textContent?.includes(' in greedy'),
          );
          const text = field?.querySelector('.weft-mono')?.textContent;
          if (text) losses.push(Number(text));
          if (document.querySelector('output.run-clock[data-status]') === null) {
            setTimeout(look, 30);
          } else {
            resolve({ pictures: pictures.size, losses });
          }
        };
        look();
      }),
  );
}

/** Waits for the end of a run and checks that it was a good one. */
export async function expectDone(page: Page): Promise<void> {
  await expect(page.locator('output.run-clock')).toContainText('Done', { timeout: 150_000 });
}

/**
 * The whole way of a visitor: open the 2-D recipe, change a parameter, run, watch, undo, save, reload
 * and reopen. `device` is what the recipe is asked to run on.
 */
export async function wholeJourney(page: Page, device: 'GPU' | 'CPU'): Promise<void> {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await page.getByRole('combobox', { name: 'Device' }).click();
  await page.getByRole('option', { name: device, exact: true }).click();

  // A graphics card that is imitated in software needs a second for each iteration of its histograms.
  const iterations = page.getByLabel('Iterations');
  await selectNode(page, 'affine-levels');
  await iterations.fill('4, 2');
  await selectNode(page, 'field-levels');
  const before = await iterations.inputValue();
  // Long enough to be watched on either.
  await page.getByLabel('Shrink').fill(device === 'CPU' ? '1' : '2');
  const enough = device === 'CPU' ? '400' : '60';
  await iterations.fill(enough);
  await expect(page.getByLabel('has unsaved edits')).toBeVisible();

  await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
  const watched = watchRun(page);
  // One press: whatever arrives meanwhile, the button stays under the pointer.
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectDone(page);
  const { pictures, losses } = await watched;
  expect(pictures).toBeGreaterThan(1);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? Number.NaN);
  await page.getByRole('tab', { name: 'Curves' }).click();
  await expect(page.locator('.loss-chart').first()).toBeVisible();
  await page.getByRole('tab', { name: 'Metrics' }).click();
  await expect(page.locator('tr', { hasText: 'dice.mean' }).locator('td').first()).toHaveText(
    /^0\.[6-9]/,
  );
  await expect(page.locator('.node-card[data-state="done"]').first()).toBeVisible();

  const edited = await saveRecipe(page);
  await page.locator('.react-flow__pane').click({ position: { x: 300, y: 8 } });
  await page.keyboard.press('Control+z');
  await selectNode(page, 'field-levels');
  await expect(iterations).toHaveValue(before);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(iterations).toHaveValue(enough);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Register two images' })).toBeVisible();
  await openFile(page, 'mine.json', edited);
  await expect(page.locator('.head-name')).toContainText('Two slices, greedy');
  await selectNode(page, 'field-levels');
  await expect(iterations).toHaveValue(enough);
  expect(await saveRecipe(page)).toBe(edited);
}
