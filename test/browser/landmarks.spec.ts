import { expect, test } from '@playwright/test';
import { expectDone, openFile, openPage, selectNode } from './journey';

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const head = (subject: number) => ({
  source: { kind: 'phantom', name: 'head-2d', subject, seed: 1, contrast: 't1' },
});
const recipe = {
  schemaVersion: 1,
  name: 'Landmarks',
  description: 'Measures landmarks from the headers of two heads.',
  nodes: {
    fixed: node('load.image', head(1)),
    moving: node('load.image', head(2)),
    'fixed-points': node('load.landmarks', head(1)),
    'moving-points': node('load.landmarks', head(1)),
    start: node('initialise.centres-of-mass'),
    error: node('evaluate.landmarks'),
  },
  edges: [
    { from: 'fixed.image', to: 'start.fixed' },
    { from: 'moving.image', to: 'start.moving' },
    { from: 'start.transform', to: 'error.transform' },
    { from: 'fixed-points.landmarks', to: 'error.fixed' },
    { from: 'moving-points.landmarks', to: 'error.moving' },
  ],
};

test('a table of landmarks is refused until its frame is named, then measured', async ({
  page,
}) => {
  await openPage(page);
  await openFile(page, 'landmarks.json', JSON.stringify(recipe));
  await selectNode(page, 'moving-points');
  const card = page.locator('.react-flow__node[data-id="moving-points"]');
  await expect(card).toContainText('23 points');
  await page.getByText('File', { exact: true }).click();
  const waiting = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose landmarks' }).click();
  const table = 'name,x,y,z\nThird ventricle,0,-12,6\nRight thalamus,11,-19,6\n';
  await (await waiting).setFiles({
    name: 'mine.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(table),
  });
  await expect(card).toContainText('Could not be read');
  await expect(page.locator('.inspector .diagnostic-remedy').first()).toContainText('Coordinates');
  await page.getByRole('combobox', { name: 'Coordinates' }).click();
  await page.getByRole('option', { name: 'ras' }).click();
  await expect(card).toContainText('2 points');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectDone(page);
  await page.getByRole('tab', { name: 'Metrics' }).click();
  await expect(page.locator('.metrics')).toContainText('tre.mean');
  await expect(page.locator('.metrics')).toContainText('2 more, of single landmarks');
});
