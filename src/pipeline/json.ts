/** Any value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [field: string]: JsonValue;
}

/** True for a JSON object, false for a list, null or a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a number, a boolean, a text or null. */
export function isJsonScalar(value: unknown): value is null | boolean | number | string {
  return value === null || ['boolean', 'number', 'string'].includes(typeof value);
}

/** What a value is, in the words of the person who wrote the file. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${shorten(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return 'an object';
}

/** A text in quotes, cut where it is too long to be read in a message. */
export function shorten(text: string): string {
  const readable = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return JSON.stringify(readable);
}

/** A path such as `nodes.affine.params.shrink[2]`; the whole document is the empty path. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, depth) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = String(step);
      if (!/^[A-Za-z$_][\w$-]*$/.test(name)) return `[${shorten(name)}]`;
      return depth === 0 ? name : `.${name}`;
    })
    .join('');
}
