import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { embedInPng } from '../../src/pipeline/share';
import { openFile, openPage, openRecipe, selectNode } from './journey';

/** All that a page has thrown, and that its policy has refused. */
function faultsOf(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy|requires 'Trusted/.test(message.text()))
      faults.push(message.text());
  });
  return faults;
}

const linkOf = (text: string) => `#recipe=${deflateRawSync(text).toString('base64url')}`;
const withEnd = (end: unknown) =>
  JSON.stringify({
    schemaVersion: 1,
    name: 'x',
    description: '',
    nodes: {},
    edges: [{ from: end, to: 'a.b' }],
  });

test('nothing of ours is against the policy of the page, formulas and workers included', async ({
  page,
}) => {
  const faults = faultsOf(page);
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
  await selectNode(page, 'local-correlation');
  await page.getByRole('tab', { name: 'About' }).click();
  await expect(page.locator('.formula .katex')).toBeVisible();
  expect(faults).toEqual([]);
});

test('no text becomes a script, an element or a worker', async ({ page }) => {
  await openPage(page);
  const done = await page.evaluate(() => {
    const tries: Record<string, () => unknown> = {
      script: () => {
        const script = document.createElement('script');
        script.textContent = 'window.foreign = true';
        document.body.append(script);
      },
      element: () => {
        document.body.innerHTML = '<img src=x onerror="window.foreign = true">';
      },
      code: () => setTimeout('window.foreign = true'),
      worker: () => new Worker(URL.createObjectURL(new Blob(['']))),
      'foreign worker': () => new Worker('https://evil.example/a.js'),
    };
    const passed = Object.entries(tries).flatMap(([name, attempt]) => {
      try {
        attempt();
        return [name];
      } catch {
        return [];
      }
    });
    return { passed, ran: 'foreign' in window };
  });
  expect(done).toEqual({ passed: [], ran: false });
});

test('no other page may show it in a frame', async ({ page, baseURL }) => {
  const { headers } = { headers: (await page.request.get('/')).headers() };
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['x-frame-options']).toBe('DENY');
  const foreign = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${baseURL}">`);
  }).listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  try {
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
    const frame = page.frameLocator('iframe');
    await expect(frame.getByRole('heading', { name: 'Register two images' })).toHaveCount(0);
  } finally {
    foreign.close();
  }
});

test('a browser whose language is no tag shows the page', async ({ page }) => {
  const faults = faultsOf(page);
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' });
  });
  await openPage(page);
  expect(faults).toEqual([]);
});

test('what cannot be opened is said, by link and by file, and Reload is no trap', async ({
  page,
}) => {
  const faults = faultsOf(page);
  const said = page.getByRole('alert').filter({ hasText: 'cannot be opened' });
  for (const hash of [
    linkOf(withEnd({ toString: 1 })),
    linkOf('[]'),
    '#recipe=abcd.00000000',
    '#recipe=%%%',
  ]) {
    await page.goto('about:blank');
    await openPage(page);
    await page.evaluate((next) => {
      location.hash = next;
    }, hash);
    await expect(said).toContainText('The recipe in this link');
    await expect(page).not.toHaveURL(/#recipe/);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Register two images' })).toBeVisible();
    await expect(said).toHaveCount(0);
  }
  const header = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(() => embedInPng(header, '')).toThrow();
  await openFile(page, 'a.json', withEnd({ valueOf: [] }));
  await expect(said).toContainText('a.json');
  await openFile(page, 'b.png', Buffer.from(header));
  await expect(page.getByRole('alert').filter({ hasText: 'b.png' })).toContainText(
    'holds no recipe',
  );
  expect(faults).toEqual([]);
});

test('a link without a checksum opens with a note', async ({ page }) => {
  await page.goto(`/${linkOf(withEnd(undefined).replace(/"edges".*/, '"edges":[]}'))}`);
  await expect(page.getByRole('alert').filter({ hasText: 'has no checksum' })).toBeVisible();
  await expect(page.locator('.head-name')).toContainText('x');
});

for (const [name, breakStorage] of [
  ['is missing', () => Object.defineProperty(window, 'indexedDB', { value: undefined })],
  [
    'refuses to be opened',
    () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('It is denied.', 'SecurityError');
      };
    },
  ],
  [
    'is full',
    () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('It is full.', 'QuotaExceededError');
      };
    },
  ],
] as const) {
  test(`where the browser's storage ${name}, that is said once, with what to do`, async ({
    page,
  }) => {
    await page.addInitScript(breakStorage);
    await openPage(page);
    await openRecipe(page, 'Two slices, greedy');
    const notice = page.getByRole('alert').filter({ hasText: 'Your edits are in this tab only' });
    await page.keyboard.press('n');
    await page.keyboard.type('some');
    await expect(notice).toContainText('Save the recipe to a file');
    await notice.getByRole('button', { name: 'Close' }).or(notice.locator('button').last()).click();
    await expect(notice).toHaveCount(0);
    await page.keyboard.type(' more');
    await page.waitForTimeout(1500);
    await expect(notice).toHaveCount(0);
  });
}

test('edits survive a page that is left at once, a storage that is cleared, and another recipe', async ({
  page,
  context,
  baseURL,
}) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await openPage(page);
  await openRecipe(page, 'Two slices, greedy');
  // What a page that is being left asks of IndexedDB may come to nothing; here it always does.
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new Error('The page is gone.');
    };
  });
  await page.keyboard.press('n');
  await page.keyboard.type('left at once');
  await page.reload();
  await expect(page.locator('.draft')).toBeVisible();
  // The draft is written, and the one that it replaces is being removed, when the storage is cleared.
  const isRemoving = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const remove = IDBObjectStore.prototype.delete;
        IDBObjectStore.prototype.delete = function (key) {
          const goOn = () => {
            this.count().onsuccess = goOn;
          };
          goOn();
          resolve();
          return remove.call(this, key);
        };
      }),
  );
  await page.locator('.draft').getByRole('button', { name: 'Recover' }).click();
  await expect(page.locator('.note-card')).toContainText('left at once');
  await isRemoving;

  const session = await context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', {
    origin: (baseURL ?? '').replace(/\/$/, ''),
    storageTypes: 'indexeddb',
  });
  await page.waitForTimeout(1500);
  await page.evaluate(
    (next) => {
      location.hash = next;
    },
    linkOf(withEnd(undefined).replace(/"edges".*/, '"edges":[]}')),
  );
  await expect(page.locator('.head-name')).toContainText('x');
  await page.waitForTimeout(1000);
  await page.reload();
  await page.locator('.draft').getByRole('button', { name: 'Recover' }).click();
  await expect(page.locator('.note-card')).toContainText('left at once');
});
