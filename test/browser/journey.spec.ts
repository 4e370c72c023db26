import { test } from '@playwright/test';
import { wholeJourney } from './journey';

test('a recipe is opened, changed, run on WebGPU, undone, saved and reopened', async ({ page }) => {
  await wholeJourney(page, 'GPU');
});
