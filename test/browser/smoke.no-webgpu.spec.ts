import { expect, test } from '@playwright/test';

test('WebGPU gives no adapter, to the page or to its workers, while WebGL still draws', async ({
  browser,
}) => {
  // The page itself may make no worker of a text.
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto('/');
  await expect(page.locator('#root')).not.toBeEmpty();

  const found = await page.evaluate(async () => {
    const source =
      'navigator.gpu.requestAdapter().then((adapter) => postMessage(adapter !== null))';
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const inWorker = await new Promise((resolve) => {
      worker.onmessage = (event) => resolve(event.data);
    });
    const inPage = (await navigator.gpu.requestAdapter()) !== null;
    const webGl = document.createElement('canvas').getContext('webgl2') !== null;
    return { isolated: crossOriginIsolated, inPage, inWorker, webGl };
  });
  expect(found).toEqual({ isolated: true, inPage: false, inWorker: false, webGl: true });
});
