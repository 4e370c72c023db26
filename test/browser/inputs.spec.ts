import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { openPage, openRecipe, selectNode } from './journey';

const head = headPhantom({
  dimensions: 2,
  seed: 7,
  subject: 1,
  contrast: 't2',
  spacingMm: [2, 2, 2],
});
const bytes = Buffer.from(writeNifti(head.image));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const address = 'https://images.example.org/head.nii.gz';

test.beforeEach(async ({ page }) => {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await selectNode(page, 'fixed');
});

test('a NIfTI file is chosen for a loader, shown and named with its checksum', async ({ page }) => {
  await page.getByText('File', { exact: true }).click();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a NIfTI file' }).click();
  const chooser = await waiting;
  await chooser.setFiles({ name: 'mine.nii.gz', mimeType: 'application/gzip', buffer: bytes });
  await expect(page.locator('.source-fields')).toContainText(sha256.slice(0, 12));
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText('96 × 112');
});

test('a look at the other kinds of source leaves the sample as it was', async ({ page }) => {
  for (const kind of ['File', 'Address', 'Sample']) {
    await page.locator('.inspector label', { hasText: new RegExp(`^${kind}$`) }).click();
  }
  await expect(page.getByLabel('has unsaved edits')).toHaveCount(0);
});

test('a file that is no image is refused on its node, with a remedy', async ({ page }) => {
  await page.getByText('File', { exact: true }).click();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a NIfTI file' }).click();
  const chooser = await waiting;
  await chooser.setFiles({ name: 'bad.nii', mimeType: '', buffer: Buffer.from('not an image') });
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText(
    'Could not be read',
  );
  await expect(page.locator('.inspector .diagnostic-remedy')).not.toBeEmpty();
  await expect(page.getByRole('radio', { name: 'File', exact: true })).toBeChecked();
});

test('a file dropped on the page is offered to the loaders', async ({ page }) => {
  const transfer = await page.evaluateHandle(
    (data) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(data)], 'dropped.nii.gz'));
      return dropped;
    },
    [...bytes],
  );
  await page.dispatchEvent('.head', 'drop', { dataTransfer: transfer });
  const dialog = page.getByRole('dialog', { name: /Where does dropped.nii.gz belong/ });
  await dialog.getByRole('button', { name: /moving$/ }).click();
  await expect(page.locator('.react-flow__node[data-id="moving"]')).toContainText('96 × 112');
});

test('both files of a pair are dropped onto a loader', async ({ page }) => {
  const single = writeNifti(head.image, { storedType: 'int16', gzip: false });
  const header = [...single.slice(0, 348)];
  // "ni1" in place of "n+1", and no offset to the voxels: what tells a pair from a single file.
  header.splice(108, 4, 0, 0, 0, 0);
  header.splice(345, 1, 'i'.charCodeAt(0));
  const transfer = await page.evaluateHandle(
    ([voxelBytes, headerBytes]) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(voxelBytes)], 'mine.img'));
      dropped.items.add(new File([Uint8Array.from(headerBytes)], 'mine.hdr'));
      return dropped;
    },
    [[...single.slice(352)], header] as const,
  );
  const card = page.locator('.react-flow__node[data-id="fixed"]');
  await card.locator('.node-card').dispatchEvent('drop', { dataTransfer: transfer });
  await expect(card).toContainText('96 × 112');
  await expect(page.locator('.source-fields')).toContainText('mine.hdr');
});

test('an address is fetched only after the person agrees, and only its own checksum is taken', async ({
  page,
}) => {
  const asked: string[] = [];
  await page.route('https://images.example.org/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ body: bytes, headers: { 'access-control-allow-origin': '*' } });
  });
  const enter = async (checksum: string) => {
    await page.getByText('Address', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(address);
    await page.getByRole('textbox', { name: 'SHA-256' }).fill(checksum);
  };
  await enter(sha256);
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText('Waits for you');
  await page.getByRole('button', { name: 'Fetch …' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('images.example.org');
  expect(asked).toEqual([]);
  await dialog.getByRole('button', { name: 'Fetch it' }).click();
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText('96 × 112');
  expect(asked).toEqual([address]);

  await page.getByRole('textbox', { name: 'SHA-256' }).fill('0'.repeat(64));
  await page.getByRole('button', { name: 'Fetch …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Fetch it' }).click();
  await expect(page.locator('.react-flow__node[data-id="fixed"]')).toContainText(
    'Could not be read',
  );
});

test('a visit asks no server but its own for anything', async ({ page, baseURL }) => {
  const others: string[] = [];
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(baseURL ?? '') || /^(blob|data):/.test(request.url());
    if (!isOwn) others.push(request.url());
  });
  await page.reload();
  await openRecipe(page, 'Two slices, greedy');
  await selectNode(page, 'local-correlation');
  await page.getByRole('tab', { name: 'About' }).click();
  await expect(page.locator('.formula .katex')).toBeVisible();
  expect(others).toEqual([]);
});
