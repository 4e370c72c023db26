import {
  Badge,
  NumberInput,
  SegmentedControl,
  Select,
  Slider,
  Switch,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import type { Params, ParamValue } from '../../pipeline/schema';
import { formatNumber, shortValue } from '../canvas/node-parameters';
import { type FormField, fieldValue, listProblem, parseNumberList } from './form-fields';

interface FieldProps<Kind extends FormField['kind'] = FormField['kind']> {
  readonly field: Extract<FormField, { kind: Kind }>;
  readonly params: Params;
  /** True while turning it reaches the running recipe. */
  readonly isLive?: boolean;
  readonly onChange: (value: ParamValue) => void;
}

/** One parameter with its title, unit, bounds and help. */
export function ParameterField(props: FieldProps) {
  const { field } = props;
  switch (field.kind) {
    case 'number':
      return <NumberField {...props} field={field} />;
    case 'flag':
      return (
        <Switch
          size="sm"
          label={field.title}
          description={field.help}
          checked={fieldValue(field, props.params) === true}
          onChange={(event) => props.onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return <ChoiceField {...props} field={field} />;
    case 'list':
      return <ListField {...props} field={field} />;
    case 'text':
      return (
        <TextInput
          size="sm"
          label={field.title}
          description={field.help}
          maxLength={field.maxLength}
          value={String(fieldValue(field, props.params) ?? '')}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      );
    default:
      return null;
  }
}

function NumberField({ field, params, isLive, onChange }: FieldProps<'number'>) {
  const value = fieldValue(field, params);
  const current = typeof value === 'number' ? value : undefined;
  const isInBounds = current === undefined || (current >= field.min && current <= field.max);
  const span = field.max - field.min;
  const step = field.isWhole ? 1 : stepFor(Number.isFinite(span) ? span : Math.abs(current ?? 1));
  const isInitial = current === field.initial;
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
        step={step}
        allowDecimal={!field.isWhole}
        allowNegative={field.min < 0}
        decimalScale={8}
        rightSectionWidth={field.unit ? Math.max(46, field.unit.length * 7.5 + 30) : undefined}
        suffix={field.unit ? ` ${field.unit}` : ''}
        onChange={(next) => {
          if (typeof next === 'number' && Number.isFinite(next)) onChange(next);
        }}
      />
      {isLive && Number.isFinite(span) && (
        <Slider
          size="sm"
          label={(shown) => formatNumber(shown)}
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
        {!isInitial && typeof field.initial === 'number' && (
          <button
            type="button"
            className="weft-link"
            onClick={() => onChange(field.initial as number)}
          >
            back to {formatNumber(field.initial)}
          </button>
        )}
      </p>
    </div>
  );
}

function ChoiceField({ field, params, onChange }: FieldProps<'choice'>) {
  const value = String(fieldValue(field, params) ?? '');
  const isShort = field.choices.length <= 3 && field.choices.join('').length <= 26;
  if (!isShort) {
    return (
      <Select
        size="sm"
        label={field.title}
        description={field.help}
        data={[...field.choices]}
        value={value}
        allowDeselect={false}
        onChange={(next) => next !== null && onChange(next)}
      />
    );
  }
  return (
    <fieldset className="choice-field">
      <legend>{field.title}</legend>
      {field.help && <p className="field-help">{field.help}</p>}
      <SegmentedControl
        size="xs"
        fullWidth
        data={[...field.choices]}
        value={value}
        aria-label={field.title}
        onChange={onChange}
      />
    </fieldset>
  );
}

function ListField({ field, params, onChange }: FieldProps<'list'>) {
  const value = fieldValue(field, params);
  const written = Array.isArray(value) ? value.map(shortValue).join(' ') : '';
  const [draft, setDraft] = useState<string>();
  const text = draft ?? written;
  const problem = draft === undefined ? undefined : listProblem(field, parseNumberList(text));
  return (
    <TextInput
      size="sm"
      label={field.title}
      description={field.help}
      error={problem}
      value={text}
      inputMode="numeric"
      classNames={{ input: 'weft-mono' }}
      onChange={(event) => {
        const next = event.currentTarget.value;
        const numbers = parseNumberList(next);
        setDraft(next);
        if (numbers && listProblem(field, numbers) === undefined) onChange(numbers);
      }}
      onBlur={() => setDraft(undefined)}
    />
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
