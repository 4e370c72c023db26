import { expect, it } from 'vitest';
import { manifestText } from '../../../src/cli/manifest';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { messages } from '../../../src/runtime/api/engine/messages';
import { emptyResult } from '../../../src/runtime/session/run/run-result';
import { slices } from '../../support/small-session';

it('holds what speaks against the result, and no other warning', () => {
  const parsed = parseDocument(JSON.stringify(slices()));
  if (!parsed.ok) throw new Error('The recipe is none.');
  const problem = { message: 'Turned by 91°.', remedy: 'Look at it.' };
  const diagnostics = [
    messages.leftOut(['dice']),
    messages.doubt('affine', { about: 'turn', port: 'moving', ...problem }),
  ];
  const text = manifestText({
    version: '1.0.0',
    date: new Date(0),
    recipe: { file: 'recipe.json', sha256: '', document: parsed.document },
    inputs: [],
    leftOut: [],
    threads: 1,
    planPeakBytes: undefined,
    result: emptyResult({ device: 'cpu', deviceName: '', startedMs: 0 }, 'done', diagnostics),
    files: [],
  });
  expect(JSON.parse(text)).toMatchObject({
    warnings: [{ nodeId: 'affine', port: 'moving', ...problem }],
  });
  expect(JSON.parse(text).warnings).toHaveLength(1);
});
