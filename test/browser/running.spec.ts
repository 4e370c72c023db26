import { expect, type Page, test } from '@playwright/test';
import { expectDone, openPage, openRecipe, selectNode } from './journey';
import { seriousViolations } from './violations';

/** Opens the 2-D recipe with a last level that goes on for as long as a test needs. */
async function openLongRecipe(page: Page): Promise<void> {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await page.getByRole('combobox', { name: 'Device' }).click();
  await page.getByRole('option', { name: 'CPU', exact: true }).click();
  await selectNode(page, 'field-levels');
  await page.getByLabel('Shrink').fill('4');
  await page.getByLabel('Iterations').fill('10000');
  await page.getByRole('textbox', { name: 'Convergence' }).fill('0');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.loss-chart').first()).toBeVisible();
}

const panes = (page: Page) => page.locator('.slice-pane canvas');

test('a turned parameter says from when on it holds; what a cancelled run finished is kept', async ({
  page,
}) => {
  await openLongRecipe(page);
  await selectNode(page, 'field-adam');
  await page.getByRole('slider', { name: 'Turn Step' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.turn-note')).toHaveText(/^Taken at level 1 of 1, iteration \d+\.$/);
  expect(await seriousViolations(page), 'running').toEqual([]);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.locator('output.run-clock')).toContainText('Cancelled');
  await expect(page.locator('.node-dot[data-state="cancelled"]').first()).toBeVisible();
  await expect(panes(page)).toHaveCount(3);
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.locator('.result-files')).toContainText('these come from the nodes that were');
  await expect(
    page.getByRole('button', { name: 'Save normalize-fixed-image.nii.gz' }),
  ).toBeVisible();
  for (const tab of ['Metrics', 'Plan', 'Files']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(await seriousViolations(page), tab).toEqual([]);
  }
});

test('the panes keep their places, and a renamed node its image', async ({ page }) => {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  // The other panes may wait for their images still.
  await expect(page.locator('.slice-waits').last()).toHaveText('Run to see it');
  await expect(panes(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectDone(page);
  await expect(panes(page)).toHaveCount(3);
  await selectNode(page, 'greedy');
  await page.getByRole('button', { name: 'Change the id greedy' }).click();
  await page.getByRole('textbox', { name: 'Id of the node' }).fill('deform');
  await page.keyboard.press('Enter');
  await expect(page.locator('.slice-from').last()).toHaveText('deform');
  await expect(page.locator('.slice-waits')).toHaveCount(0);
});

test('an optional parameter is unset by its button and by emptying its field', async ({ page }) => {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await selectNode(page, 'fixed');
  const frame = page.getByLabel('Frame', { exact: true });
  await frame.fill('2');
  await page.getByRole('button', { name: 'Clear Frame' }).click();
  await expect(frame).toHaveValue('');
  await expect(page.getByLabel('has unsaved edits')).toBeVisible();
  await frame.fill('3');
  await frame.fill('');
  await expect(page.getByRole('button', { name: 'Clear Frame' })).toHaveCount(0);
});

test('in a narrow window the inspector comes and goes with the selection', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toHaveCount(0);
  const width = (await page.locator('.canvas').boundingBox())?.width;
  // A node that would lie under it is brought into the open.
  await selectNode(page, 'save-labels');
  await expect(inspector).toBeVisible();
  expect((await page.locator('.canvas').boundingBox())?.width).toBe(width);
  const left = (await inspector.boundingBox())?.x ?? 0;
  const card = page.locator('.react-flow__node[data-id="save-labels"]');
  const rightEdge = async () => {
    const box = await card.boundingBox();
    return (box?.x ?? 0) + (box?.width ?? 0);
  };
  await expect.poll(rightEdge).toBeLessThan(left);
  await page.locator('.react-flow__pane').click({ position: { x: 300, y: 8 } });
  await expect(inspector).toHaveCount(0);
  // The same by keys, once it lies there again.
  await page.getByRole('button', { name: 'Fit View' }).click();
  await expect.poll(rightEdge).toBeGreaterThan(left);
  await card.focus();
  await page.keyboard.press('Enter');
  await expect(inspector).toBeVisible();
  await expect.poll(rightEdge).toBeLessThan(left);
  await page.locator('.react-flow__pane').click({ position: { x: 300, y: 8 } });
  await page.getByRole('button', { name: 'Show the inspector' }).click();
  await expect(inspector.getByLabel('Name of the recipe')).toBeVisible();
});
