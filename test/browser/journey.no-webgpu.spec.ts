import { expect, test } from '@playwright/test';
import { openPage, wholeJourney } from './journey';

test('the page says that there is no WebGPU, why, and what runs instead', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'No GPU' }).click();
  const notice = page.getByRole('dialog').filter({ hasText: 'No GPU here' });
  await expect(notice).toContainText('CPU device');
  await page.keyboard.press('Escape');
  await expect(notice).toBeHidden();
});

test('the same recipe is opened, changed, run on the CPU device, undone, saved and reopened', async ({
  page,
}) => {
  await wholeJourney(page, 'CPU');
});
