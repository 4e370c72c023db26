import type { Params, ParamValue } from '../../pipeline/schema';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { fieldValue, formFields } from '../inspector/form-fields';

/** Parameters that fit on a card. */
const shown = 3;

/** The parameters that a node's card shows, as short texts: the first that are set and not advanced. */
export function nodeParameters(
  definition: NodeDefinition,
  params: Params,
): readonly { readonly title: string; readonly text: string }[] {
  return formFields(definition.params)
    .filter((field) => !field.isAdvanced && field.kind !== 'variant' && field.kind !== 'constant')
    .filter((field) => fieldValue(field, params) !== undefined)
    .slice(0, shown)
    .map((field) => ({
      title: field.title,
      text: [shortValue(fieldValue(field, params)), field.unit].filter(Boolean).join(' '),
    }));
}

/** A value as a card shows it. */
export function shortValue(value: ParamValue | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(shortValue).join(' · ');
  return '…';
}

/** A number with at most four digits that matter. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  }
  return String(Number(value.toPrecision(4)));
}
