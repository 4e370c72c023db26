import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDocument } from '../../src/pipeline/write-document';
import type { Session } from '../../src/runtime/session';
import {
  learns,
  openInputs,
  openTestSession,
  readRecipe,
  recipeFileNames,
  runRecipe,
  shortlyTrained,
} from '../support/run-recipe';

/** One for all: most recipes come with the same heads, and some begin alike. */
let session: Session;

beforeAll(async () => {
  session = await openTestSession();
});
afterAll(() => session.destroy());

describe.each(recipeFileNames())('pipelines/%s on the heads that it comes with', (file) => {
  const document = readRecipe(file);
  const expected = Object.entries(document.expects?.metrics ?? {});

  test('compiles without a diagnostic, every phase verified', async () => {
    const bindings = await openInputs(session, document);
    const compiled = await session.compile({
      documentText: writeDocument(document),
      bindings,
      device: 'cpu',
    });
    expect(compiled.diagnostics).toEqual([]);
    // What comes before a training may have no ops.
    expect(compiled.plan?.steps.length).toBeGreaterThan(learns(document) ? -1 : 0);
  });

  // What hours of training reach is printed by `weft train`; here a few steps show that the recipe learns at all.
  if (learns(document)) {
    test('learns for a few steps, and measures what it states', async () => {
      const { result } = await runRecipe(session, shortlyTrained(document));
      expect(expected.length).toBeGreaterThan(1);
      for (const [name] of expected) expect(result.metrics[name], name).toEqual(expect.any(Number));
      expect(result.levels.every(({ finalLoss }) => Number.isFinite(finalLoss))).toBe(true);
    });
    return;
  }

  test('reaches what it states', async () => {
    const { result } = await runRecipe(session, document);
    expect(expected.length).toBeGreaterThan(1);
    for (const [name, { atLeast = -Infinity, atMost = Infinity }] of expected) {
      const metric = result.metrics[name];
      expect.soft(metric, name).toBeGreaterThanOrEqual(atLeast);
      expect.soft(metric, name).toBeLessThanOrEqual(atMost);
    }
  });
});
