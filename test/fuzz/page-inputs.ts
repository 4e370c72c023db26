import type { Page } from '@playwright/test';
import fc from 'fast-check';
import { hostileRecipe } from './recipe-changes';
import { hostileLink, hostilePicture } from './shared-recipes';

/** Something hostile that a person may give the page. */
export type PageInput =
  | { readonly way: 'link'; readonly kind: string; readonly hash: string }
  | {
      readonly way: 'file';
      readonly kind: string;
      readonly name: string;
      readonly content: Buffer;
    };

const names = ['a', '<img src=x onerror=alert(1)>', 'gnp.\u202eexe'];

/** Links, pictures and recipes, damaged and hostile. */
export const pageInput: fc.Arbitrary<PageInput> = fc.oneof(
  hostileLink
    .filter(({ hash }) => hash.startsWith('#recipe=') && hash.length < 20_000)
    .map(({ kind, hash }) => ({ way: 'link', kind, hash }) as const),
  fc
    .tuple(hostilePicture, fc.constantFrom(...names))
    .map(
      ([{ kind, png }, name]) =>
        ({ way: 'file', kind, name: `${name}.png`, content: Buffer.from(png) }) as const,
    ),
  fc
    .tuple(hostileRecipe, fc.constantFrom(...names))
    .map(
      ([{ kind, text }, name]) =>
        ({ way: 'file', kind, name: `${name}.json`, content: Buffer.from(text) }) as const,
    ),
);

/** From an input to when the page has dealt with it, at the latest. */
const dealtWithMs = 15_000;

/**
 * Gives the page one input after another. It must take each: open it or say why not, throw nothing,
 * ask nobody else for anything, and not stop. Of what opens, a few nodes are looked into.
 * @returns what was wrong, a sentence each
 */
export async function fuzzPage(
  page: Page,
  address: string,
  inputs: Iterable<PageInput>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  let now = '';
  const note = (fault: string) => faults.push(`${now}: ${fault}`);
  page.on('pageerror', ({ message }) => note(message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data):/.test(url)) note(`asked for ${url}`);
  });
  page.on('dialog', (dialog) => {
    if (dialog.type() !== 'beforeunload') note(`ran a script: ${dialog.message()}`);
    dialog.accept().catch(() => undefined);
  });
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'showOpenFilePicker');
  });
  const home = async () => {
    await page.goto('about:blank');
    await page.goto(address);
    await page.getByRole('button', { name: 'Open', exact: true }).waitFor();
  };
  await home();
  let count = 0;
  for (const input of inputs) {
    count += 1;
    now = `${input.way}, ${input.kind}, number ${count}`;
    await page.evaluate(() => {
      for (const button of document.querySelectorAll('.mantine-Notification-closeButton')) {
        (button as HTMLElement).click();
      }
    });
    const before = await shownBy(page);
    await give(page, input);
    const isDealtWith = await page
      .waitForFunction(
        ({ name, text }) => {
          const alerts = [...document.querySelectorAll('[role=alert]')];
          const head = document.querySelector('.head-name')?.textContent ?? '';
          const isSaid = alerts.some((alert) => alert.textContent !== '');
          return isSaid || head !== name || document.body.innerText !== text;
        },
        before,
        { timeout: dealtWithMs },
      )
      .then(
        () => true,
        () => false,
      );
    // A recipe that is opened over itself looks as it did.
    if (!isDealtWith && before.name === '') note('neither opened nor said');
    await lookInto(page).catch((error: unknown) => note(`could not be looked into: ${error}`));
    if ((await page.locator('main.fault').count()) > 0) {
      note(`the page has stopped: ${await page.locator('main.fault').innerText()}`);
      await home();
      if ((await page.locator('main.fault').count()) > 0) note('and stops again after Reload');
    }
  }
  return faults;
}

function shownBy(page: Page): Promise<{ readonly name: string; readonly text: string }> {
  return page.evaluate(() => ({
    name: document.querySelector('.head-name')?.textContent ?? '',
    text: document.body.innerText,
  }));
}

async function give(page: Page, input: PageInput): Promise<void> {
  if (input.way === 'link') {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, input.hash);
    return;
  }
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  const mimeType = input.name.endsWith('.png') ? 'image/png' : 'application/json';
  await (await waiting).setFiles({ name: input.name, mimeType, buffer: input.content });
}

/** Shows the forms of a few nodes, in which every parameter is drawn. */
async function lookInto(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => setTimeout(resolve, 30));
    for (const card of [...document.querySelectorAll('.outline button')].slice(0, 24)) {
      (card as HTMLElement).click();
      await frame();
      document.querySelector<HTMLElement>('.react-flow__pane')?.click();
      await frame();
    }
  });
}
