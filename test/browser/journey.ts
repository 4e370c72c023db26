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
export async function openFile(page: Page, name: string, text: string): Promise<void> {
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  const chooser = await waiting;
  await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

/** Sum of what a pane shows, to see whether its picture has changed. */
export function paneSum(page: Page, caption: string): Promise<number> {
  return page.locator(`.slice-pane canvas[data-caption="${caption}"]`).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    if (canvas.width === 0) return 0;
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    return data?.reduce((sum, value, index) => sum + value * (1 + (index % 7)), 0) ?? 0;
  });
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

  await selectNode(page, 'field-levels');
  const iterations = page.getByLabel('Iterations');
  const before = await iterations.inputValue();
  await page.getByLabel('Shrink').fill('2');
  await iterations.fill('60');
  await expect(page.getByLabel('has unsaved edits')).toBeVisible();

  await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.node-card[data-state="running"]')).toHaveCount(1);
  const latest = page.locator('.loss-chart figcaption .weft-mono').first();
  await expect(latest).toHaveText(/\d/, { timeout: 60_000 });
  const early = Number(await latest.textContent());
  await expect(page.locator('canvas[data-caption="Warped"]')).toBeVisible();
  await expect.poll(() => paneSum(page, 'Warped')).toBeGreaterThan(0);
  const firstPicture = await paneSum(page, 'Warped');
  await expect.poll(() => paneSum(page, 'Warped'), { timeout: 60_000 }).not.toBe(firstPicture);

  await expectDone(page);
  await page.getByRole('tab', { name: 'Curves' }).click();
  const charts = page.locator('.loss-chart');
  await expect(charts.first()).toBeVisible();
  expect(Number(await latest.textContent())).toBeLessThan(early);
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
  await expect(iterations).toHaveValue('60');

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Register two images' })).toBeVisible();
  await openFile(page, 'mine.json', edited);
  await expect(page.locator('.head-name')).toContainText('Two slices, greedy');
  await selectNode(page, 'field-levels');
  await expect(iterations).toHaveValue('60');
  expect(await saveRecipe(page)).toBe(edited);
}
