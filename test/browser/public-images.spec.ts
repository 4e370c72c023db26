import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { publicImages } from '../../src/imaging/public-images';
import { expectDone, openPage, openRecipe, selectNode } from './journey';

/** Stands for the first image of the list: what this machine's server gives in its place. */
const [image] = publicImages as [(typeof publicImages)[number]];
const bytes = Buffer.from(
  writeNifti(
    headPhantom({ dimensions: 2, seed: 1, subject: 1, contrast: 't1', spacingMm: [2, 2, 2] }).image,
  ),
);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let server: Server;
let address: string;
test.beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end(bytes);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  server.close();
});

/** Takes requests for the image's host to this machine; returns the addresses that were asked for. */
async function serveLocally(page: Page): Promise<readonly string[]> {
  const asked: string[] = [];
  await page.route(`https://${new URL(image.url).host}/**`, async (route) => {
    asked.push(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: address }) });
  });
  return asked;
}

/** The list of the page holds the checksum of the file that is served here. */
async function listServedFile(page: Page): Promise<void> {
  await page.route('**/*.js', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(image.sha256, sha256);
    await route.fulfill({ response, body });
  });
}

async function pick(page: Page): Promise<void> {
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await selectNode(page, 'fixed');
  await page.getByText('Address', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Public image' }).click();
  await page.getByRole('option', { name: image.title }).click();
}

const card = (page: Page) => page.locator('.react-flow__node[data-id="fixed"]');

test('a public image is picked, asked for, fetched, checked and registered', async ({ page }) => {
  await listServedFile(page);
  const asked = await serveLocally(page);
  await pick(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(new URL(image.url).host);
  await expect(dialog).toContainText('1.6 MB');
  await expect(dialog).toContainText(image.licence);
  await expect(dialog).toContainText(image.shows);
  expect(asked).toEqual([]);

  await dialog.getByRole('button', { name: 'Not now' }).click();
  await expect(card(page)).toContainText('Waits for you');
  expect(asked).toEqual([]);

  await page.getByRole('button', { name: 'Fetch …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Fetch it' }).click();
  await expect(card(page)).toContainText('96 × 112');
  expect(asked).toEqual([image.url]);
  await page.keyboard.press('Control+Enter');
  await expectDone(page);
});

test('a file with another checksum is refused on the node, once', async ({ page }) => {
  await serveLocally(page);
  await pick(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Fetch it' }).click();
  await expect(card(page)).toContainText('Could not be read');
  await expect(page.locator('.inspector').getByText('its SHA-256 differs')).toHaveCount(1);
  await expect(page.locator('.inspector').getByText('Check the address')).toHaveCount(1);
});

// A browser tells a page no more of a server that lets no other page read than of one that is gone.
test('a server that does not answer, or answers no other page, is said with a remedy', async ({
  page,
}) => {
  await page.route(`https://${new URL(image.url).host}/**`, (route) => route.abort('failed'));
  await pick(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Fetch it' }).click();
  await expect(card(page)).toContainText('Could not be read');
  await expect(page.locator('.inspector').getByText('(CORS)')).toHaveCount(1);
});
