import { expect, type Page, test } from '@playwright/test';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { openPage, openRecipe, selectNode } from './journey';

const contrasts = (['t1', 't2', 'ct'] as const).map((contrast) => {
  const spacingMm = [2, 2, 2] as const;
  return headPhantom({ dimensions: 2, seed: 7, subject: 1, contrast, spacingMm }).image;
});

/** A file of the first channels of one head, each between 0 and 255. */
function headOf(channels: number): Buffer {
  const values = contrasts.slice(0, channels).flatMap((image) => {
    const brightest = image.values.reduce((most, v) => Math.max(most, v), 0);
    return [...image.values].map((v) => (255 * Math.max(0, v)) / brightest);
  });
  const { grid } = contrasts[0]!;
  const image = { kind: 'image', grid, channels, values: Float32Array.from(values) } as const;
  return Buffer.from(writeNifti({ ...image, storedType: 'float32' }));
}

async function load(page: Page, nodeId: string, channels: number): Promise<void> {
  await selectNode(page, nodeId);
  await page.getByText('File', { exact: true }).click();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a NIfTI file' }).click();
  const chooser = await waiting;
  const name = `${nodeId}-${channels}.nii.gz`;
  await chooser.setFiles({ name, mimeType: 'application/gzip', buffer: headOf(channels) });
  await expect(page.locator(`.react-flow__node[data-id="${nodeId}"]`)).toContainText(
    `${channels} channels`,
  );
}

/** How far red, green and blue lie apart somewhere in a pane, and the sum of its brightness. */
function coloursOf(page: Page, caption: string) {
  return page
    .locator(`canvas[data-caption="${caption}"]`)
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let [apart, sum] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
        apart = Math.max(apart, Math.max(r, g, b) - Math.min(r, g, b));
        sum += r + g + b;
      }
      return { apart, sum };
    });
}

test('a channel is picked, and three are shown as colours', async ({ page }) => {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await expect(page.getByRole('combobox', { name: 'Channel' })).toHaveCount(0);
  await load(page, 'fixed', 3);
  const picker = page.getByRole('combobox', { name: 'Channel' });
  await expect(picker).toHaveValue('Colour');
  const pane = page.locator('.slice-pane', { has: page.locator('canvas[data-caption="Fixed"]') });
  await expect(pane).toContainText('colour');
  await expect.poll(async () => (await coloursOf(page, 'Fixed')).apart).toBeGreaterThan(60);

  await picker.click();
  await page.getByRole('option', { name: 'Channel 1' }).click();
  await expect(pane).toContainText('channel 1');
  await expect.poll(async () => (await coloursOf(page, 'Fixed')).apart).toBe(0);
  const { sum: first } = await coloursOf(page, 'Fixed');
  await picker.click();
  await page.getByRole('option', { name: 'Channel 2' }).click();
  await expect(pane).toContainText('channel 2');
  await expect.poll(async () => (await coloursOf(page, 'Fixed')).sum).not.toBe(first);
  // The values of all three stand below.
  await expect(page.locator('.viewer-readout')).toContainText(/fixed .* · .* · /);
});
