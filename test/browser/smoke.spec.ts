import { expect, test } from '@playwright/test';

test('the page has a WebGPU adapter and is cross-origin isolated', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle(/Weft/);
  await expect(page.locator('#root')).not.toBeEmpty();

  const found = await page.evaluate(async () => {
    const adapter = await navigator.gpu.requestAdapter();
    return { isolated: crossOriginIsolated, hasAdapter: adapter !== null };
  });
  expect(found).toEqual({ isolated: true, hasAdapter: true });
});

test('a worker has a WebGPU adapter too', async ({ browser }) => {
  // The page itself may make no worker of a text.
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto('/');
  const hasAdapter = await page.evaluate(async () => {
    const source =
      'navigator.gpu.requestAdapter().then((adapter) => postMessage(adapter !== null))';
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    return new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  });
  expect(hasAdapter).toBe(true);
});
