import { expect, test } from '@playwright/test';
import { openPage, openRecipe, selectNode } from './journey';
import { seriousViolations } from './violations';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the gallery and the editor have no serious violations, ${colorScheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openPage(page);
    expect(await seriousViolations(page)).toEqual([]);

    await openRecipe(page, 'Two slices, greedy');
    await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
    expect(await seriousViolations(page)).toEqual([]);

    for (const tab of ['Ports', 'About', 'Parameters']) {
      await selectNode(page, 'greedy');
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tab', { name: 'Plan' }).click();
      expect(await seriousViolations(page), tab).toEqual([]);
    }
    await page.getByRole('button', { name: 'Change the id greedy' }).click();
    await page.getByRole('textbox', { name: 'Id of the node' }).fill('start');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.keyboard.type('A note');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Share' }).click();
    await expect(page.getByRole('menuitem', { name: 'Save a picture' })).toBeVisible();
    expect(await seriousViolations(page), 'note and menu').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.locator('.mantine-Notification-root')).toBeVisible();
    expect(await seriousViolations(page), 'notification').toEqual([]);
    await page.keyboard.press('a');
    await expect(page.getByRole('dialog', { name: 'Add a node' })).toBeVisible();
    expect(await seriousViolations(page)).toEqual([]);
  });
}

test('at 1024 × 768 nothing is cut off at the right', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(1024);
  for (const name of ['Run', 'Save', 'Share', 'Help and keys']) {
    const box = await page.getByRole('button', { name, exact: true }).boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0), name).toBeLessThanOrEqual(1024);
  }
});
