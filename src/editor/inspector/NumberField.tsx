import { Badge, NumberInput, Slider } from '@mantine/core';
import { formatNumber } from '../canvas/node-parameters';
import type { FieldProps } from './field-props';
import { fieldValue } from './form-fields';
import { TurnNote } from './TurnNote';

/** A number with its bounds and unit; a slider goes with one that asks for it, and with a turnable one while a recipe runs. */
export function NumberField({ field, params, isLive, turn, onChange }: FieldProps<'number'>) {
  const value = fieldValue(field, params);
  const current = typeof value === 'number' ? value : undefined;
  const isInBounds = current === undefined || (current >= field.min && current <= field.max);
  const span = field.max - field.min;
  const step = field.isWhole ? 1 : stepFor(Number.isFinite(span) ? span : Math.abs(current ?? 1));
  const bounds = `${formatBound(field.min)} to ${formatBound(field.max)}`;
  return (
    <div className="number-field">
      <NumberInput
        size="sm"
        label={
          <span className="field-label">
            {field.title}
            {isLive && (
              <Badge size="xs" variant="light">
                live
              </Badge>
            )}
          </span>
        }
        description={field.help}
        error={isInBounds ? undefined : `Must be from ${bounds}.`}
        value={current ?? ''}
        {...(field.isOptional && { placeholder: 'not set' })}
        step={step}
        allowDecimal={!field.isWhole}
        allowNegative={field.min < 0}
        decimalScale={8}
        rightSectionWidth={field.unit ? Math.max(46, field.unit.length * 7.5 + 30) : undefined}
        suffix={field.unit ? ` ${field.unit}` : ''}
        onChange={(next) => {
          if (typeof next === 'number' && Number.isFinite(next)) onChange(next);
          else if (next === '' && field.isOptional && current !== undefined) onChange(undefined);
        }}
      />
      {(isLive || field.hasSlider) && Number.isFinite(span) && (
        <Slider
          size="sm"
          // The field above says the value; a label would cover it.
          label={null}
          thumbLabel={`Turn ${field.title}`}
          min={field.min}
          max={field.max}
          step={step}
          value={current ?? field.min}
          onChange={onChange}
        />
      )}
      <p className="field-foot">
        <span>{bounds}</span>
        <WayBack field={field} current={current} onChange={onChange} />
      </p>
      {/* Of another value it would say something untrue. */}
      {turn?.value === current && <TurnNote note={turn} />}
    </div>
  );
}

/** Back to the default, or to no value where that is the default. */
function WayBack(props: {
  field: FieldProps<'number'>['field'];
  current: number | undefined;
  onChange: FieldProps<'number'>['onChange'];
}) {
  const { field, current, onChange } = props;
  const { initial } = field;
  const isNumber = typeof initial === 'number';
  if (current === undefined || current === initial || !(isNumber || field.isOptional)) return null;
  return (
    <button
      type="button"
      className="weft-link"
      aria-label={isNumber ? undefined : `Clear ${field.title}`}
      onClick={() => onChange(initial)}
    >
      {isNumber ? `back to ${formatNumber(initial)}` : 'clear'}
    </button>
  );
}

/** A step of one, two or five times a power of ten, about a hundredth of the span. */
function stepFor(span: number): number {
  const rough = span / 100 || 0.01;
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  const step = (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
  return Number(step.toPrecision(1));
}

function formatBound(bound: number): string {
  return Number.isFinite(bound) && Math.abs(bound) < Number.MAX_SAFE_INTEGER
    ? formatNumber(bound)
    : 'any';
}
