import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentLimits } from '../../../src/pipeline/limits';
import { readJson } from '../../../src/pipeline/read-json';

function readValue(text: string) {
  const read = readJson(text);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
}

function problemOf(text: string) {
  const read = readJson(text);
  return read.ok ? undefined : read.problems.at(-1);
}

describe('readJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text));
        expect(readValue(text)).toEqual(JSON.parse(text, (_, value) => (value === 0 ? 0 : value)));
      }),
    );
  });

  test('refuses what JSON.parse refuses', () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...'{}[],:"\\-.e0tn \n\u0001'))
      .map(([text, at, character]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + character + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text));
        expect(problemOf(text)?.code !== 'json-syntax').toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['{\n  "a": 1,\n}', 'Line 3, column 1: expected another field after the comma, found "}".'],
    ['{\n  "a": 1\n  "b": 2 }', 'Line 3, column 3: expected a comma or a closing brace, found'],
    ['[1, ]', 'Line 1, column 5: expected another item after the comma, found "]".'],
    ['[1, 2', 'Line 1, column 6: expected a comma or a closing bracket, found the end of the file'],
    ['{ "a": tru }', 'Line 1, column 8: expected a value, found "tru".'],
    ['{ "a": "open\n }', 'Line 1, column 13: expected a closing double quote'],
    ['{ "a": "\\x" }', 'Line 1, column 8: expected a text with valid escapes'],
    ['{} {}', 'Line 1, column 4: expected the end of the file, found "{".'],
    ['', 'Line 1, column 1: expected a value, found the end of the file.'],
  ])('says line and column for %j', (text, message) => {
    expect(problemOf(text)?.message).toContain(message);
  });

  test('reads behind a byte order mark', () => {
    expect(readValue('\uFEFF{ "a": 1 }')).toEqual({ a: 1 });
  });

  test('reads a file of the largest size and refuses one byte more', () => {
    const largest = `"${'é'.repeat((documentLimits.fileBytes - 2) / 2)}"`;
    expect(readJson(largest).ok).toBe(true);
    expect(problemOf(`${largest} `)?.code).toBe('file-too-large');
  });

  test('opens as many levels as the limit says and not one more', () => {
    const levels = (count: number) => '['.repeat(count) + ']'.repeat(count);
    expect(readJson(levels(documentLimits.nestingLevels)).ok).toBe(true);
    expect(problemOf(levels(documentLimits.nestingLevels + 1))?.code).toBe('nested-too-deep');
    expect(problemOf(levels(200_000))?.code).toBe('nested-too-deep');
  });

  test('names the key that is written twice, and says so once for each', () => {
    const read = readJson('{ "a": { "b": 1, "b": 2, "b": 3 }, "a": 0 }');
    expect(read.ok ? [] : read.problems.map((problem) => problem.path)).toEqual([
      'a.b',
      'a.b',
      'a',
    ]);
  });

  test('stops counting at the limit', () => {
    const read = readJson(`{ ${'"a": 1,'.repeat(100_000)} "b": 1 }`);
    expect(read.ok ? 0 : read.problems.length).toBe(documentLimits.problems);
  });

  test('leaves the prototype of objects alone', () => {
    expect(problemOf('{ "__proto__": { "polluted": true } }')?.code).toBe('forbidden-key');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
