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

test('a worker has a WebGPU adapter too', async ({ page }) => {
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

test('the page runs no script but its own', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto('/');
  await expect(page.locator('#root')).not.toBeEmpty();
  // Nothing of ours is refused before anything foreign is tried.
  expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.foreign = true';
    document.body.append(script);
    return 'foreign' in window;
  });
  expect(ran).toBe(false);
});
