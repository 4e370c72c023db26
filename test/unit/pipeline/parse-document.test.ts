import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentLimits } from '../../../src/pipeline/limits';
import { paramProblems } from '../../../src/pipeline/param-problems';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { documentSchema, readingSchema } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { anyOrderDocument } from './arbitrary-document';
import { fixtureFolder, parsedFixture, readFixture } from './fixture';

/** Every file of fixtures/negative, with all that is wrong in it: code and path. */
const refused: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'cut-off': [['json-syntax', '']],
  'edge-to-missing-node': [['edge-node-missing', 'edges[0].to']],
  'edge-twice': [['duplicate-edge', 'edges[1]']],
  'edge-without-port': [['field-form', 'edges[0].to']],
  empty: [['json-syntax', '']],
  'expects-text': [['field-type', 'expects.metrics["dice.mean"].atLeast']],
  'key-proto': [['forbidden-key', 'nodes.fixed.params.source.__proto__']],
  'key-twice': [['duplicate-key', 'nodes.fixed.params.source.seed']],
  'layout-far-away': [['field-range', 'layout.fixed[0]']],
  'layout-fraction': [['field-type', 'layout.fixed[0]']],
  'layout-of-three': [['too-many', 'layout.fixed']],
  'many-problems-at-once': [
    ['field-type', 'description'],
    ['field-missing', 'nodes.fixed.type'],
    ['field-type', 'nodes.register.params.bins'],
    ['edge-node-missing', 'edges[1].from'],
  ],
  'merge-conflict': [['merge-conflict', '']],
  'name-missing': [['field-missing', 'name']],
  'nested-too-deep': [['nested-too-deep', 'nodes.register.params.deep[0][0][0][0][0][0][0][0]']],
  'node-type-with-space': [['field-form', 'nodes.register.type']],
  'node-version-fraction': [['field-type', 'nodes.register.version']],
  'nodes-is-a-list': [['field-type', 'nodes']],
  'not-an-object': [['not-a-document', '']],
  'number-too-large': [['number-too-large', 'nodes.fixed.params.source.seed']],
  'param-list-too-long': [['too-many', 'nodes.register.params.shrink']],
  'param-name-with-dash': [['field-form', 'nodes.register.params.step-size']],
  'param-null': [['field-type', 'nodes.register.params.bins']],
  'param-null-inside-source': [['field-type', 'nodes.fixed.params.source.seed']],
  'param-text-too-long': [['too-long', 'nodes.register.params.text']],
  'reference-doi-as-address': [['field-form', 'references[0].doi']],
  'reference-runs-code': [['field-form', 'references[0].url']],
  'schema-version-missing': [['schema-version-missing', 'schemaVersion']],
  'schema-version-newer': [['schema-version-newer', 'schemaVersion']],
  'slug-constructor': [['forbidden-key', 'nodes.constructor']],
  'slug-twice': [['duplicate-key', 'nodes.fixed']],
  'slug-with-capital': [['field-form', 'nodes.Affine']],
  'sticky-note-without-place': [['field-missing', 'notes[0].at']],
  'too-many-references': [['too-many', 'references']],
  'trailing-comma': [['json-syntax', '']],
};

function problemsOf(text: string) {
  const parsed = parseDocument(text);
  return parsed.ok ? [] : parsed.problems;
}

function recipe(change: object): string {
  return JSON.stringify({ ...JSON.parse(readFixture('from-a-newer-weft')), ...change });
}

describe('parseDocument', () => {
  test('reads the recipe that the negative fixtures are made from', () => {
    const text = readFixture('negative/key-twice').replace(/,\s*"seed": 2/, '');
    expect(problemsOf(text)).toEqual([]);
  });

  test.each(Object.entries(refused))('refuses %s', (name, expected) => {
    const problems = problemsOf(readFixture(`negative/${name}`));
    expect(problems.map(({ code, path }) => [code, path])).toEqual(expected);
  });

  test('has an expectation for every negative fixture', () => {
    const files = readdirSync(`${fixtureFolder}/negative`).map((file) => file.replace('.json', ''));
    expect(files.toSorted()).toEqual(Object.keys(refused).toSorted());
  });

  test('says what was found, what was needed and what to do', () => {
    const wording = Object.keys(refused)
      .flatMap((name) => problemsOf(readFixture(`negative/${name}`)))
      .map((problem) => `${problem.code}\n  ${problem.message}\n  ${problem.remedy}`);
    expect(wording.toSorted().join('\n')).toMatchSnapshot();
  });

  test('keeps node types and fields that it does not know', () => {
    const text = readFixture('from-a-newer-weft');
    expect(parsedFixture('from-a-newer-weft')).toEqual(JSON.parse(text));
    expect(writeDocument(parsedFixture('from-a-newer-weft'))).toBe(text);
  });

  test('gives an empty layout where there is none', () => {
    const parsed = parseDocument(recipe({ layout: undefined }));
    expect(parsed.ok && parsed.document.layout).toEqual({});
  });

  test('takes as many nodes and edges as the limits say, and not one more', () => {
    const withNodes = (count: number, type = 'dream') => {
      const node = { type, version: 1, params: {} };
      const nodes = Array.from({ length: count }, (_, index) => [`n${index}`, node]);
      return recipe({ nodes: Object.fromEntries(nodes), edges: [], layout: {} });
    };
    const withEdges = (count: number) => {
      const edges = Array.from({ length: count }, (_, index) => ({
        from: `dream.out${index}`,
        to: 'register.model',
      }));
      return recipe({ edges });
    };
    expect(problemsOf(withNodes(documentLimits.nodes))).toEqual([]);
    expect(problemsOf(withEdges(documentLimits.edges))).toEqual([]);
    expect(problemsOf(withNodes(documentLimits.nodes + 1))).toMatchObject([
      { code: 'too-many', path: 'nodes' },
    ]);
    expect(problemsOf(withNodes(documentLimits.loaders, 'load.image'))).toEqual([]);
    expect(problemsOf(withNodes(documentLimits.loaders + 1, 'load.labels'))).toMatchObject([
      { code: 'too-many', path: 'nodes', message: expect.stringContaining('33 loaders') },
    ]);
    expect(problemsOf(withEdges(documentLimits.edges + 1))).toMatchObject([
      { code: 'too-many', path: 'edges' },
    ]);
  });

  test('checks the values of parameters by the rule that is published', () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constant('x'.repeat(documentLimits.paramCharacters + 1)),
      fc.constant(new Array(documentLimits.listItems + 1).fill(0)),
      fc.dictionary(fc.constantFrom('', 'a', 'a'.repeat(81), 'toString'), fc.jsonValue()),
    );
    const documentWith = (value: unknown) => {
      const node = { type: 'load.image', version: 1, params: { value: [value, { inner: value }] } };
      return JSON.parse(recipe({ nodes: { one: node }, edges: [], layout: {} }));
    };
    fc.assert(
      fc.property(odd, (value) => {
        const document = documentWith(value);
        expect(readingSchema.safeParse(document).success).toBe(true);
        expect(paramProblems(document).length === 0).toBe(
          documentSchema.safeParse(document).success,
        );
      }),
    );
  });

  test.each([
    [
      'lists of nothing in parameters',
      () => {
        const params = Array.from({ length: 200 }, (_, i) => [`p${i}`, new Array(1000).fill(null)]);
        return { nodes: { one: { type: 'a', version: 1, params: Object.fromEntries(params) } } };
      },
    ],
    [
      'nodes that are none',
      () => ({
        nodes: Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`n${i}`, 0])),
      }),
    ],
    ['wires that are none', () => ({ edges: new Array(400_000).fill(0) })],
    ['notes that are none', () => ({ notes: new Array(400_000).fill(0) })],
    [
      'names that are none',
      () => ({
        layout: Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`N${i}`, 0])),
      }),
    ],
    [
      'parameters that are none',
      () => {
        const params = Array.from({ length: 90_000 }, (_, i) => [`P${i}`, 0]);
        return { nodes: { one: { type: 'a', version: 1, params: Object.fromEntries(params) } } };
      },
    ],
  ])('refuses a mebibyte of %s at once', (_, change) => {
    const text = recipe(change());
    const started = performance.now();
    const problems = problemsOf(text);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(documentLimits.problems);
  });

  test('reports at most as many problems as the limit says', () => {
    const nodes = Array.from({ length: documentLimits.problems + 1 }, (_, index) => [
      `n${index}`,
      1,
    ]);
    const problems = problemsOf(recipe({ nodes: Object.fromEntries(nodes) }));
    expect(problems).toHaveLength(documentLimits.problems);
  });

  test('never throws, whatever value stands where', () => {
    const change = fc.tuple(
      fc.constantFrom(
        'nodes',
        'edges',
        'layout',
        'expects',
        'notes',
        'references',
        'schemaVersion',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(change, fc.constantFrom(0, 1), ([field, value], version) => {
        parseDocument(recipe({ schemaVersion: version, [field]: value }));
      }),
    );
  });

  test('never throws, whatever object stands where a text is due', () => {
    // What JavaScript asks an object for when it makes a text or a number of it, and their kin.
    const name = fc.constantFrom('toString', 'valueOf', 'toJSON', 'then', 'length', 'at', 'x');
    const trap = fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }), { minKeys: 1, maxKeys: 3 });
    fc.assert(
      fc.property(fc.nat(), trap, fc.constantFrom(0, 1), (at, value, version) => {
        const document = JSON.parse(recipe({ schemaVersion: version }));
        const places = placesIn(document);
        const [parent, key] = places[at % places.length]!;
        parent[key] = value;
        const parsed = parseDocument(JSON.stringify(document));
        if (parsed.ok) writeDocument(parsed.document);
        else expect(parsed.problems.every(({ remedy }) => remedy !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
    const ends = [{ from: { toString: 1 }, to: { valueOf: [] } }];
    expect(problemsOf(recipe({ edges: ends })).map(({ path }) => path)).toEqual([
      'edges[0].from',
      'edges[0].to',
    ]);
  });

  test('never throws, whatever character is lost', () => {
    fc.assert(
      fc.property(anyOrderDocument, fc.nat(), (document, at) => {
        const text = writeDocument(document);
        const place = at % text.length;
        parseDocument(text.slice(0, place) + text.slice(place + 1));
      }),
    );
  });
});

/** Every field and item of a JSON value, with what holds it. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [
    [parent, key] as const,
    ...placesIn(parent[key]),
  ]) as [Record<string, unknown>, string][];
}
