import { canonicalDocument } from './canonical-document';
import { isJsonScalar } from './json';
import type { PipelineDocument } from './schema';

const lineColumns = 100;

/**
 * The one text of a document, made for line-by-line comparison: canonical order, two-space indent,
 * a final newline. A list or an object of scalars is on one line where it fits, so that an edge, a
 * position and a source each are one line; every parameter has a line of its own.
 */
export function writeDocument(document: PipelineDocument): string {
  return `${format(canonicalDocument(document), '', 0, '')}\n`;
}

/** `column` is where the value begins, `key` the name that it stands under. */
function format(value: unknown, indent: string, column: number, key: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);

  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const keys = Object.keys(value);
  if (keys.length === 0) return `${open}${close}`;

  const inner = `${indent}  `;
  const members = Object.entries(value).map(([name, member]) => {
    const label = isList ? '' : `${JSON.stringify(name)}: `;
    return label + format(member, inner, inner.length + label.length, isList ? '' : name);
  });
  const holdsScalars = Object.values(value).every(isJsonScalar);
  if (holdsScalars && key !== 'params') {
    const line = isList ? `[${members.join(', ')}]` : `{ ${members.join(', ')} }`;
    if (column + line.length < lineColumns) return line;
  }
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}
