import { z } from 'zod';
import type { Params, ParamValue } from '../../pipeline/schema';

interface FieldBase {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly unit?: string;
  readonly isTurnable: boolean;
  readonly isAdvanced: boolean;
  /** True where it may be unset, and is at first. */
  readonly isOptional: boolean;
  readonly initial: ParamValue | undefined;
}

/** What a form shows for one parameter; derived from the node's schema, never written by hand. */
export type FormField = FieldBase &
  (
    | {
        readonly kind: 'number';
        readonly isWhole: boolean;
        /** Shown with a slider, also while nothing runs. */
        readonly hasSlider?: boolean;
        readonly min: number;
        readonly max: number;
      }
    | { readonly kind: 'flag' }
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    | { readonly kind: 'text'; readonly maxLength: number }
    | { readonly kind: 'constant'; readonly value: ParamValue }
    | {
        readonly kind: 'list';
        readonly min: number;
        readonly max: number;
        readonly maxLength: number;
      }
    /** An object of one of several shapes, told apart by the field `kind`. */
    | { readonly kind: 'variant'; readonly variants: readonly FieldVariant[] }
  );

/** One shape of a variant field. */
export interface FieldVariant {
  readonly kind: string;
  readonly title: string;
  readonly fields: readonly FormField[];
}

interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly help?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly turnable?: boolean;
  readonly slider?: boolean;
  readonly advanced?: boolean;
  readonly default?: ParamValue;
  readonly const?: ParamValue;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** The fields of a form for a node's parameters, in the order in which the node lists them. */
export function formFields(params: z.ZodType): readonly FormField[] {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return fieldsOf(schema);
}

/** The parameters of a freshly placed node: every default written out. */
export function defaultParams(params: z.ZodType): Params {
  const parsed = params.safeParse({});
  return parsed.success ? (parsed.data as Params) : {};
}

/** The value that a form shows: the document's own, else the default. */
export function fieldValue(field: FormField, params: Params): ParamValue | undefined {
  return Object.hasOwn(params, field.name) ? params[field.name] : field.initial;
}

/** The starting object of one shape of a variant field. */
export function variantDefaults(variant: FieldVariant): Params {
  const entries = variant.fields.flatMap((field) => {
    const value = field.kind === 'constant' ? field.value : field.initial;
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Whole numbers written with spaces or commas; undefined where something else stands there. */
export function parseNumberList(text: string): readonly number[] | undefined {
  const words = text.split(/[\s,;×x]+/).filter((word) => word !== '');
  const numbers = words.map(Number);
  return words.length > 0 && numbers.every(Number.isInteger) ? numbers : undefined;
}

/** Why a list of whole numbers is not taken, or undefined where it is. */
export function listProblem(
  field: Extract<FormField, { kind: 'list' }>,
  numbers: readonly number[] | undefined,
): string | undefined {
  if (numbers === undefined) return 'Write whole numbers with spaces between them.';
  if (numbers.length > field.maxLength) return `At most ${field.maxLength} numbers.`;
  const outside = numbers.find((number) => number < field.min || number > field.max);
  return outside === undefined
    ? undefined
    : `${outside} is not between ${field.min} and ${field.max}.`;
}

function fieldsOf(schema: JsonSchema): readonly FormField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isRequired = schema.required?.includes(name) === true;
    const field = fieldOf(name, property, isRequired);
    return field === undefined ? [] : [field];
  });
}

function fieldOf(name: string, schema: JsonSchema, isRequired: boolean): FormField | undefined {
  const base: FieldBase = {
    name,
    title: schema.title ?? sentence(name),
    help: schema.help ?? schema.description ?? '',
    ...(schema.unit === undefined ? {} : { unit: schema.unit }),
    isTurnable: schema.turnable === true,
    isAdvanced: schema.advanced === true,
    isOptional: !isRequired && schema.default === undefined,
    initial: schema.default,
  };
  const shapes = schema.oneOf ?? schema.anyOf;
  if (shapes !== undefined) {
    const variants = shapes.flatMap(variantOf);
    return variants.length === 0 ? undefined : { ...base, kind: 'variant', variants };
  }
  if (schema.const !== undefined) return { ...base, kind: 'constant', value: schema.const };
  if (schema.enum !== undefined) return { ...base, kind: 'choice', choices: schema.enum };
  switch (schema.type) {
    case 'number':
    case 'integer':
      return {
        ...base,
        kind: 'number',
        isWhole: schema.type === 'integer',
        ...(schema.slider && { hasSlider: true }),
        min: schema.minimum ?? Number.NEGATIVE_INFINITY,
        max: schema.maximum ?? Number.POSITIVE_INFINITY,
      };
    case 'boolean':
      return { ...base, kind: 'flag' };
    case 'string':
      return { ...base, kind: 'text', maxLength: schema.maxLength ?? 1000 };
    case 'array':
      return {
        ...base,
        kind: 'list',
        min: schema.items?.minimum ?? Number.MIN_SAFE_INTEGER,
        max: schema.items?.maximum ?? Number.MAX_SAFE_INTEGER,
        maxLength: schema.maxItems ?? 100,
      };
    default:
      return undefined;
  }
}

function variantOf(schema: JsonSchema): readonly FieldVariant[] {
  const kind = schema.properties?.kind?.const;
  if (typeof kind !== 'string') return [];
  return [{ kind, title: schema.title ?? sentence(kind), fields: fieldsOf(schema) }];
}

/** `smoothFieldVoxels` as `Smooth field voxels`. */
function sentence(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
