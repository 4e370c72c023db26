import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import katex from 'katex';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { nodeDefinitions, nodeRegistry } from '../../../src/nodes/index';
import { sections } from '../../../src/runtime/api/nodes/define-node';

const sourceFolder = new URL('../../../src/nodes/', import.meta.url);

interface ParameterSchema {
  readonly title?: string;
  readonly help?: string;
  readonly type?: string;
  readonly turnable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly items?: ParameterSchema;
  readonly properties?: Readonly<Record<string, ParameterSchema>>;
}

function parametersOf(params: z.ZodType): readonly (readonly [string, ParameterSchema])[] {
  const schema = z.toJSONSchema(params, { io: 'input' }) as ParameterSchema;
  return Object.entries(schema.properties ?? {});
}

test('every file that defines a node is in the list, under the section of its folder', () => {
  const defining = sections.flatMap((section) =>
    readdirSync(new URL(section, sourceFolder))
      .map((file) => ({
        section,
        text: readFileSync(new URL(`${section}/${file}`, sourceFolder), 'utf8'),
      }))
      .filter(({ text }) => /define(((Computed|Training)?Node)|Network)\(\{/.test(text))
      .map(({ text, ...rest }) => ({ ...rest, type: /^ {2}type: '([^']+)'/m.exec(text)?.[1] })),
  );
  const listed = nodeDefinitions.map(({ section, type }) => ({ section, type }));
  const byType = (a: { type?: string | undefined }, b: { type?: string | undefined }) =>
    (a.type ?? '').localeCompare(b.type ?? '');
  expect(defining.sort(byType)).toEqual(listed.sort(byType));
});

test('what loads is in the section `load`, of which a document may hold few', () => {
  const loading = nodeDefinitions.filter(({ source }) => source !== undefined);
  expect(loading.map(({ type }) => type)).toEqual(
    nodeDefinitions.filter(({ type }) => type.startsWith('load.')).map(({ type }) => type),
  );
});

test('no two nodes share a type or a title', () => {
  expect(nodeRegistry.size).toBe(nodeDefinitions.length);
  expect(new Set(nodeDefinitions.map(({ title }) => title)).size).toBe(nodeDefinitions.length);
});

describe.each([...nodeRegistry.values()])('$type', (definition) => {
  const { documentation, inputs, outputs, params, synonyms } = definition;

  test('is documented: summary, details, ports', () => {
    expect(documentation.summary).toMatch(/^[A-Z][^\n]{20,120}\.$/);
    expect(documentation.details.length).toBeGreaterThan(100);
    expect(documentation.details).not.toMatch(/<[a-z]/i);
    expect(synonyms.length).toBeGreaterThan(1);
    for (const { doc } of [...Object.values(inputs), ...Object.values(outputs)]) {
      expect(doc).toMatch(/^[A-Za-z`].{3,}\.$/);
    }
  });

  test('has a formula that can be set, and references with a form', () => {
    const { formula, references = [] } = documentation;
    if (formula !== undefined) {
      expect(() =>
        katex.renderToString(formula, { displayMode: true, strict: 'error' }),
      ).not.toThrow();
    }
    for (const { text, doi } of references) {
      expect(text).toMatch(/: .+, (19|20)\d\d$/);
      if (doi !== undefined) expect(doi).toMatch(/^10\.\d{4,9}\/\S+$/);
    }
  });

  test('accepts an empty record of parameters, and what it makes of it', () => {
    const defaults = params.parse({});
    expect(params.parse(defaults)).toEqual(defaults);
  });

  test('says of every parameter what it does and how far it goes', () => {
    for (const [name, parameter] of parametersOf(params)) {
      expect(parameter.title, name).toMatch(/^[A-Z]/);
      expect(parameter.help, name).toMatch(/^[A-Z].*\.$/);
      // These have no default: what of a series is meant, nobody else can know.
      if (name !== 'frame' && name !== 'series') expect(parameter.default, name).toBeDefined();
      const numeric = parameter.items ?? parameter;
      if (numeric.type !== 'number' && numeric.type !== 'integer') continue;
      expect(numeric.minimum, name).toBeTypeOf('number');
      expect(numeric.maximum, name).toBeTypeOf('number');
      const over = { [name]: parameter.items ? [numeric.maximum! + 1] : numeric.maximum! + 1 };
      expect(params.safeParse(over).success, name).toBe(false);
    }
  });
});

test('every objective has a weight that can be turned, every optimizer that steps its step', () => {
  // It draws points, as far apart as it has learned.
  const withoutStep = ['optimizer.cma-es'];
  const turnable = (type: string) =>
    parametersOf(nodeRegistry.get(type)!.params).flatMap(([name, p]) => (p.turnable ? [name] : []));
  for (const { type, outputs } of nodeRegistry.values()) {
    const gives = Object.values(outputs).map((port) => port.type);
    if (gives.includes('objective')) expect(turnable(type), type).toContain('weight');
    if (gives.includes('optimizer') && !withoutStep.includes(type)) {
      expect(turnable(type), type).toContain('stepVoxels');
    }
  }
});

test('what is saved has a name that every system takes', () => {
  const accepts = (type: string, params: object) =>
    nodeRegistry.get(type)!.params.safeParse(params).success;
  for (const type of ['save.image', 'save.labels']) {
    for (const name of ['a.nii', 'console.nii.gz', 'com10.nii', 'A_1-b.nii.gz']) {
      expect(accepts(type, { name }), name).toBe(true);
    }
    for (const name of [
      'con.nii',
      'NUL.nii.gz',
      'aux.x.nii',
      'Com1.nii',
      'lpt9.nii.gz',
      '../a.nii',
    ]) {
      expect(accepts(type, { name }), name).toBe(false);
    }
  }
  expect(accepts('save.transform', { prefix: 'con' })).toBe(true);
  expect(accepts('save.transform', { prefix: '' })).toBe(true);
  expect(accepts('save.transform', { prefix: 'con.' })).toBe(false);
});

test('the reference has one page a node and no other', () => {
  const pages = readdirSync(new URL('../../../docs/nodes/', import.meta.url));
  const expected = [...nodeRegistry.keys()].map((type) => `${type}.md`);
  expect(pages.map((page) => basename(page)).sort()).toEqual([...expected, 'README.md'].sort());
});
