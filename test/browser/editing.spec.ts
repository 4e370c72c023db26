import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { extractFromPng } from '../../src/pipeline/share';
import { openFile, openPage, openRecipe, saveRecipe, selectNode } from './journey';

const twoSlices = 'Two slices, greedy';
const port = (nodeId: string, name: string) =>
  `.react-flow__node[data-id="${nodeId}"] [data-handleid="${name}"]`;

test.beforeEach(async ({ page }) => {
  await openPage(page);
});

test('nothing that arrives or changes pushes Run away from under the pointer', async ({ page }) => {
  const placeOfRun = () => page.getByRole('button', { name: 'Run', exact: true }).boundingBox();
  await openRecipe(page, twoSlices);
  const before = await placeOfRun();
  await selectNode(page, 'local-correlation');
  await page.getByLabel('Radius', { exact: true }).fill('5');
  await expect(page.getByLabel('has unsaved edits')).toBeVisible();
  await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
  expect(await placeOfRun()).toEqual(before);
});

test('a refused wire says why, and puts in the node that makes it fit as one step', async ({
  page,
}) => {
  await openRecipe(page, twoSlices);
  await page.locator(port('start', 'transform')).hover();
  await page.mouse.down();
  await page.locator(port('checkerboard', 'a')).hover();
  await expect(page.locator('.wire-reason')).toContainText('takes an image');
  await page.mouse.up();
  const toast = page.getByRole('alert').filter({ hasText: 'These two do not fit' });
  await expect(toast).toContainText('gives a transform');
  const count = await page.locator('.node-card').count();
  await toast
    .getByRole('button', { name: /between/ })
    .first()
    .click();
  await expect(page.locator('.node-card')).toHaveCount(count + 1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.node-card')).toHaveCount(count);
});

test('a wire dropped on nothing offers only nodes that fit it', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await page.locator(port('greedy', 'objectives')).hover();
  await page.mouse.down();
  const canvas = await page.locator('.canvas').boundingBox();
  await page.mouse.move((canvas?.x ?? 0) + 200, (canvas?.y ?? 0) + 330, { steps: 8 });
  await page.mouse.up();
  const search = page.getByRole('dialog', { name: 'Add a node' });
  await expect(search.getByRole('option').first()).toBeVisible();
  await expect(search.getByRole('option', { name: /Load image/ })).toHaveCount(0);
  await search.getByRole('combobox').fill('mutual');
  await page.keyboard.press('Enter');
  await expect(page.locator('.inspector-head')).toContainText('similarity.mutual-information');
  const text = await saveRecipe(page);
  expect(text).toMatch(/"from": "mutual-information-\d+\.objective", "to": "greedy\.objectives"/);
});

test('nodes are placed, wired, copied and deleted by keys alone', async ({ page }) => {
  await page.getByRole('button', { name: 'Empty recipe' }).press('Enter');
  await expect(page.getByText('An empty recipe')).toBeVisible();
  for (const word of ['load image', 'difference']) {
    await page.keyboard.press('a');
    await page.keyboard.type(word);
    await page.keyboard.press('Enter');
  }
  await expect(page.locator('.node-card')).toHaveCount(2);
  await page.getByRole('tab', { name: 'Ports' }).press('Enter');
  await page.getByRole('button', { name: 'Connect a …' }).press('Enter');
  await page.getByRole('menuitem').first().press('Enter');
  await expect(page.locator('.react-flow__edge')).toHaveCount(1);
  await page.locator('.react-flow__node').first().focus();
  await page.keyboard.press('Control+d');
  await expect(page.locator('.node-card')).toHaveCount(3);
  await page.keyboard.press('Delete');
  await expect(page.locator('.node-card')).toHaveCount(2);
  await page.keyboard.press('Control+a');
  await expect(page.locator('.node-card[data-selected]')).toHaveCount(2);
  expect(await page.evaluate(() => String(getSelection()))).toBe('');
});

test('the id of a node is changed, its wires follow, and an id that is taken is refused', async ({
  page,
}) => {
  await openRecipe(page, twoSlices);
  await selectNode(page, 'greedy');
  await page.getByRole('button', { name: 'Change the id greedy' }).click();
  const field = page.getByRole('textbox', { name: 'Id of the node' });
  await field.fill('start');
  await expect(page.getByText('There is a node “start” already.')).toBeVisible();
  await field.press('Enter');
  await field.fill('field');
  await field.press('Enter');
  await expect(page.locator('.inspector-head')).toContainText('field · register');
  const text = await saveRecipe(page);
  expect(text).toContain('"to": "field.objectives"');
  expect(text).not.toContain('"greedy.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await selectNode(page, 'greedy');
});

test('a note is written, moved, deleted and brought back', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await page.keyboard.press('n');
  await page.keyboard.type('Centres first, <b>then</b> a field.');
  const note = page.locator('.note-card');
  await page.locator('.react-flow__pane').click({ position: { x: 300, y: 8 } });
  await expect(note.locator('p')).toHaveText('Centres first, <b>then</b> a field.');
  const before = await note.boundingBox();
  await note.hover();
  await page.mouse.down();
  await page.mouse.move((before?.x ?? 0) + 80, (before?.y ?? 0) + 90, { steps: 5 });
  await page.mouse.up();
  expect((await note.boundingBox())?.y).not.toBe(before?.y);
  await note.click();
  await expect(page.getByRole('textbox', { name: 'Text', exact: true })).toHaveValue(/Centres/);
  expect(await saveRecipe(page)).toContain('"text": "Centres first, <b>then</b> a field."');
  await page.keyboard.press('Delete');
  await expect(note).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(note).toHaveCount(1);
});

test('edits survive the loss of the page, and are offered on return', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await selectNode(page, 'local-correlation');
  await page.getByLabel('Radius', { exact: true }).fill('5');
  await page.waitForTimeout(1000);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  const draft = page.locator('.draft', { hasText: twoSlices });
  await expect(draft).toContainText('in no file');
  await draft.getByRole('button', { name: 'Recover' }).click();
  await selectNode(page, 'local-correlation');
  await expect(page.getByLabel('Radius', { exact: true })).toHaveValue('5 voxels');
  await expect(page.getByLabel('has unsaved edits')).toBeVisible();
});

test('opening over unsaved edits is one undo away from them', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await selectNode(page, 'local-correlation');
  await page.getByLabel('Radius', { exact: true }).fill('5');
  await openFile(page, 'other.json', await otherRecipe());
  await expect(page.locator('.head-name')).toContainText('Other');
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect(page.locator('.head-name')).toContainText(twoSlices);
  await selectNode(page, 'local-correlation');
  await expect(page.getByLabel('Radius', { exact: true })).toHaveValue('5 voxels');
});

test('a file that cannot be read says where and why, and changes nothing', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await openFile(page, 'broken.json', '{ "schemaVersion": 1, "nodes": ');
  const toast = page.getByRole('alert').filter({ hasText: 'broken.json cannot be opened' });
  await expect(toast).toContainText('Nothing was changed');
  await expect(page.locator('.head-name')).toContainText(twoSlices);
});

test('a node of unknown type is shown, explained and saved as it came', async ({ page }) => {
  const text = await otherRecipe();
  await openFile(page, 'other.json', text);
  const card = page.locator('.react-flow__node[data-id="future"]');
  await expect(card).toContainText('is not part of this Weft');
  await page.getByRole('tab', { name: /Problems/ }).click();
  await expect(page.locator('.run-panel .diagnostic', { hasText: 'future' }).first()).toBeVisible();
  expect(await saveRecipe(page)).toBe(text);
});

test('a link opens the recipe that it holds', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openRecipe(page, twoSlices);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('menuitem', { name: 'Copy a link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('#recipe=');
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator('.head-name')).toContainText(twoSlices);
  await expect(other).not.toHaveURL(/#recipe/);
  for (const tab of [page, other]) {
    await expect(tab.getByRole('button', { name: 'Also in another tab' })).toBeVisible();
  }
});

test('a picture of the graph holds the recipe, and opens it again', async ({ page }) => {
  await openRecipe(page, twoSlices);
  await expect(page.locator('canvas[data-caption="Moving"]')).toBeVisible();
  const text = await saveRecipe(page);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('menuitem', { name: 'Save a picture' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe('two-slices-greedy.png');
  const png = await readFile(await download.path());
  expect(extractFromPng(png)).toBe(text);

  await page.reload();
  await openFile(page, 'graph.png', png);
  await expect(page.locator('.head-name')).toContainText(twoSlices);
  expect(await saveRecipe(page)).toBe(text);
});

/** A small recipe with a node that no Weft knows, in the text that Weft writes. */
async function otherRecipe(): Promise<string> {
  const { writeDocument } = await import('../../src/pipeline/write-document');
  return writeDocument({
    schemaVersion: 1,
    name: 'Other',
    description: 'Holds a node from the future.',
    nodes: {
      future: { type: 'prepare.future', version: 3, params: { strength: 2 } },
      image: {
        type: 'load.image',
        version: 1,
        params: {
          source: { kind: 'phantom', name: 'head-2d', seed: 1, subject: 1, contrast: 't1' },
        },
      },
    },
    edges: [{ from: 'image.image', to: 'future.image' }],
    layout: { future: [300, 0], image: [0, 0] },
  });
}
