import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRecipes } from '../../../src/editor/gallery/recipes';
import { shelve } from '../../../src/editor/gallery/shelves';
import { recipeFileNames } from '../../support/run-recipe';

const recipes = readRecipes(
  Object.fromEntries(
    recipeFileNames().map((file) => [file, readFileSync(`pipelines/${file}`, 'utf8')]),
  ),
);
const shown = (wanted?: string) => shelve(recipes, wanted).flatMap((shelf) => shelf.recipes);

describe('the shelves of the gallery', () => {
  it('hold every recipe that comes with Weft once, on a shelf with a name', () => {
    expect(shown().toSorted((a, b) => a.fileName.localeCompare(b.fileName))).toEqual(
      recipes.toSorted((a, b) => a.fileName.localeCompare(b.fileName)),
    );
    expect(shelve(recipes).map(({ title }) => title)).not.toContain('More');
  });

  it('put what they do not know last', () => {
    const strange = { ...recipes[0]!, fileName: 'strange.json' };
    expect(shelve([strange, ...recipes]).at(-1)).toEqual({ title: 'More', recipes: [strange] });
  });

  it('are searched by words in any order, and empty ones are left out', () => {
    expect(shown('QUICK ants').map(({ fileName }) => fileName)).toEqual(['ants-syn-quick.json']);
    expect(shelve(recipes, 'quick ants')).toHaveLength(1);
    expect(shown('no such thing')).toEqual([]);
  });
});
