import * as z from 'zod';
import { documentLimits } from './limits';

/** The version of the document that this code writes. */
export const schemaVersion = 1;

/** What a parameter may hold: data only, so that a recipe cannot carry code. */
export type ParamValue =
  | number
  | boolean
  | string
  | readonly ParamValue[]
  | { readonly [field: string]: ParamValue };

/** The parameters of a node by name. */
export type Params = Readonly<Record<string, ParamValue>>;

/** One placed node. Its type may be unknown here: such a node is kept as it is. */
export interface PipelineNode {
  readonly type: string;
  /** Version of the node type that wrote `params`. */
  readonly version: number;
  /** What the person calls it, where that is not the title of its type. */
  readonly title?: string;
  readonly note?: string;
  readonly params: Params;
}

/** One wire; both ends are `node.port`. */
export interface PipelineEdge {
  readonly from: string;
  readonly to: string;
}

/** Where the recipe comes from. */
export interface PipelineReference {
  readonly text: string;
  readonly doi?: string;
  readonly url?: string;
}

/** The bounds of a metric; both are included. */
export interface MetricBounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A text on the canvas that belongs to no node. */
export interface StickyNote {
  readonly text: string;
  /** Upper left corner in canvas units. */
  readonly at: readonly [number, number];
}

/** A recipe: everything that is saved, and nothing that is not. */
export interface PipelineDocument {
  readonly $schema?: string;
  readonly schemaVersion: typeof schemaVersion;
  readonly name: string;
  readonly description: string;
  readonly references?: readonly PipelineReference[];
  /** What the recipe must reach on the sample that it comes with. */
  readonly expects?: { readonly metrics: Readonly<Record<string, MetricBounds>> };
  readonly nodes: Readonly<Record<string, PipelineNode>>;
  readonly edges: readonly PipelineEdge[];
  /** Upper left corner of each node in canvas units, whole numbers. */
  readonly layout: Readonly<Record<string, readonly [number, number]>>;
  readonly notes?: readonly StickyNote[];
}

/** The form of a node's name in a document. */
export const slugPattern = /^[a-z][a-z0-9-]{0,39}$/;

/** The form of an edge's end, `node.port`; captures both. */
export const edgeEndPattern = /^([a-z][a-z0-9-]{0,39})\.([a-z][A-Za-z0-9-]{0,79})$/;

const titleText = z.string().max(documentLimits.titleCharacters);
const prose = z.string().max(documentLimits.proseCharacters);
// The words beside each pattern complete "must be …" in a message.
const slug = z
  .string()
  .regex(slugPattern, 'lower-case letters, digits and dashes, a letter first, at most 40');
const edgeEnd = z
  .string()
  .regex(edgeEndPattern, 'the name of a node and of its port with a dot between, as fixed.image');
const coordinate = z.int().min(-documentLimits.layoutUnits).max(documentLimits.layoutUnits);
const position = z.tuple([coordinate, coordinate]);
const fieldName = z.string().min(1).max(documentLimits.nameCharacters);

function record<Value extends z.ZodType>(key: z.ZodString, value: Value, most: number) {
  return z
    .record(key, value)
    .refine((entries) => Object.keys(entries).length <= most, { params: { most } })
    .meta({ maxProperties: most });
}

const paramValueSchema: z.ZodType<ParamValue> = z
  .lazy(() =>
    z.union([
      z.number(),
      z.boolean(),
      z.string().max(documentLimits.paramCharacters),
      z.array(paramValueSchema).max(documentLimits.listItems),
      record(fieldName, paramValueSchema, documentLimits.params),
    ]),
  )
  .meta({
    id: 'paramValue',
    description: 'A number, true or false, a short text, a list or a small object.',
  });

const nodeFields = {
  type: z
    .string()
    .max(documentLimits.nameCharacters)
    .regex(
      /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/,
      'lower-case words with dots between, as similarity.lncc',
    )
    .describe('What the node is, for example similarity.lncc.'),
  version: z.int().min(1).describe('Version of the node type that wrote the parameters.'),
  title: titleText.exactOptional().describe('What you call this node.'),
  note: prose.exactOptional().describe('Why the node is here, or why it is set so.'),
};

/** A node whose parameters hold what `value` takes. */
function nodeSchema(value: z.ZodType<ParamValue>) {
  const name = z
    .string()
    .max(documentLimits.nameCharacters)
    .regex(/^[a-z][A-Za-z0-9]*$/, 'letters and digits, a lower-case letter first');
  const params = record(name, value, documentLimits.params).describe('The parameters by name.');
  return z.looseObject({ ...nodeFields, params });
}

const edgeSchema = z.looseObject({
  from: edgeEnd.describe('The output, written node.port.'),
  to: edgeEnd.describe('The input, written node.port.'),
});

const referenceSchema = z.looseObject({
  text: prose.min(1).describe('Authors, title, year.'),
  doi: z
    .string()
    .max(documentLimits.titleCharacters)
    .regex(/^10\.\d{4,9}\/\S+$/, 'the DOI alone, as 10.1016/j.media.2007.06.004')
    .exactOptional(),
  // A page shows this as a link, where `javascript:` would run.
  url: z
    .string()
    .max(documentLimits.paramCharacters)
    .regex(/^https:\/\/\S+$/, 'an address that starts with https://')
    .exactOptional(),
});

const boundsSchema = z.looseObject({
  atLeast: z.number().exactOptional(),
  atMost: z.number().exactOptional(),
});

function schemaOf(paramValue: z.ZodType<ParamValue>) {
  return z
    .looseObject({
      $schema: z.string().max(documentLimits.paramCharacters).exactOptional(),
      schemaVersion: z.literal(schemaVersion).describe('Version of the form of this file.'),
      name: titleText.min(1).describe('What the recipe is called.'),
      description: prose.describe('What the recipe does, and for which images.'),
      references: z.array(referenceSchema).max(documentLimits.references).exactOptional(),
      expects: z
        .looseObject({ metrics: record(fieldName, boundsSchema, documentLimits.expectedMetrics) })
        .exactOptional()
        .describe('What the recipe must reach on the sample that it comes with.'),
      nodes: record(slug, nodeSchema(paramValue), documentLimits.nodes).describe(
        'The nodes by name.',
      ),
      edges: z.array(edgeSchema).max(documentLimits.edges).describe('The wires, in any order.'),
      layout: record(slug, position, documentLimits.nodes)
        .default({})
        .describe('Upper left corner of each node on the canvas, [x, y].'),
      notes: z
        .array(z.looseObject({ text: prose, at: position }))
        .max(documentLimits.stickyNotes)
        .exactOptional()
        .describe('Texts on the canvas that belong to no node.'),
    })
    .meta({ title: 'Weft recipe', description: 'A registration recipe, as Weft saves it.' });
}

/** The whole form of a document of the present version: what is published as JSON Schema. */
export const documentSchema = schemaOf(paramValueSchema);

/**
 * The same but for the values of parameters, which `paramProblems` checks: Zod would try every kind
 * of value on every element of a hostile list, and keep what it found each time. Fields that it does
 * not know are kept.
 */
export const readingSchema = schemaOf(z.any());
