import fc from 'fast-check';
import { canonicalDocument } from '../../../src/pipeline/canonical-document';
import type { ParamValue, PipelineDocument } from '../../../src/pipeline/schema';

// A negative zero is written as zero, as JSON.stringify does, so that it is left out here.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0));
const coordinate = fc.integer({ min: -1_000_000, max: 1_000_000 });
const position = fc.tuple(coordinate, coordinate);
const slug = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
  .filter((name) => name !== 'constructor' && name !== 'prototype');
const prose = fc.string({ unit: 'grapheme', maxLength: 60 });

/** Names that no field of the document has, some of them like whole numbers. */
const strangeField = fc.constantFrom('zoom', 'Ärger', '10', '9', 'a b', 'hasOwnProperty', 'then');

const paramValue = fc.letrec<{ value: ParamValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    number,
    fc.boolean(),
    prose,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(strangeField, slug), tie('value'), { maxKeys: 4 }),
  ),
})).value;

const unknownFields = fc.dictionary(
  strangeField,
  fc.oneof(fc.constant(null), paramValue, fc.array(fc.constant(null), { maxLength: 2 })),
  { maxKeys: 2 },
);

const node = fc
  .record(
    {
      type: fc.constantFrom('register', 'similarity.lncc', 'model.from-the-future'),
      version: fc.integer({ min: 1, max: 9 }),
      title: prose,
      note: prose,
      params: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,12}$/), paramValue, {
        maxKeys: 4,
      }),
    },
    { requiredKeys: ['type', 'version', 'params'] },
  )
  .filter((made) => !Object.hasOwn(made.params, 'constructor'))
  .filter((made) => !Object.hasOwn(made.params, 'prototype'));

const withUnknown = <Value extends object>(known: fc.Arbitrary<Value>) =>
  fc.tuple(unknownFields, known).map(([unknown, fields]) => ({ ...unknown, ...fields }));

const optionalFields = fc.record(
  {
    $schema: prose,
    references: fc.array(
      withUnknown(
        fc.record(
          { text: fc.string({ minLength: 1 }), url: fc.constant('https://example.org/a') },
          { requiredKeys: ['text'] },
        ),
      ),
      { maxLength: 2 },
    ),
    expects: withUnknown(
      fc.record({
        metrics: fc.dictionary(
          fc.constantFrom('ncc', 'dice.mean'),
          fc.record({ atLeast: number, atMost: number }, { requiredKeys: [] }),
        ),
      }),
    ),
    notes: fc.array(withUnknown(fc.record({ text: prose, at: position })), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** Documents with at least one node, unknown fields everywhere, keys and edges in any order. */
export const anyOrderDocument: fc.Arbitrary<PipelineDocument> = fc
  .dictionary(slug, withUnknown(node), { minKeys: 1, maxKeys: 6 })
  .chain((nodes) => {
    const ports = Object.keys(nodes).flatMap((name) => [`${name}.image`, `${name}.fixed`]);
    const end = fc.constantFrom(...ports);
    return withUnknown(
      fc.record({
        schemaVersion: fc.constant(1 as const),
        name: fc.string({ minLength: 1, maxLength: 40 }),
        description: prose,
        nodes: fc.constant(nodes),
        edges: fc.uniqueArray(withUnknown(fc.record({ from: end, to: end })), {
          maxLength: 8,
          selector: (edge) => `${edge.from} ${edge.to}`,
        }),
        layout: fc.dictionary(fc.constantFrom(...Object.keys(nodes)), position),
        optional: optionalFields,
      }),
    ).map(({ optional, ...required }) => ({ ...required, ...optional }));
  });

/** The same in canonical order, as every document is that was parsed. */
export const canonicalOrderDocument = anyOrderDocument.map(canonicalDocument);
