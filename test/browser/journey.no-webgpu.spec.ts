import { expect, test } from '@playwright/test';
import { openPage, wholeJourney } from './journey';

test('the page says that there is no WebGPU, why, and what runs instead', async ({ page }) => {
  await openPage(page);
  const banner = page.locator('.banner', { hasText: 'No WebGPU here' });
  await expect(banner).toContainText('CPU device');
  await banner.getByRole('button', { name: 'Close' }).click();
  await expect(banner).toBeHidden();
});

test('the same recipe is opened, changed, run on the CPU device, undone, saved and reopened', async ({
  page,
}) => {
  await wholeJourney(page, 'CPU');
});
