import { SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { shortValue } from '../canvas/node-parameters';
import { fieldText } from '../plain-text';
import type { FieldProps } from './field-props';
import { fieldValue, listProblem, parseNumberList } from './form-fields';
import { NumberField } from './NumberField';

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
          value={fieldText(fieldValue(field, props.params))}
          onChange={(event) => {
            const text = event.currentTarget.value;
            props.onChange(text === '' && field.isOptional ? undefined : text);
          }}
        />
      );
    default:
      return null;
  }
}

function ChoiceField({ field, params, onChange }: FieldProps<'choice'>) {
  const value = fieldText(fieldValue(field, params));
  // A row of segments has no way to choose none.
  const isShort =
    !field.isOptional && field.choices.length <= 3 && field.choices.join('').length <= 26;
  if (!isShort) {
    return (
      <Select
        size="sm"
        label={field.title}
        description={field.help}
        data={[...field.choices]}
        value={value === '' ? null : value}
        allowDeselect={false}
        placeholder={field.isOptional ? 'not set' : undefined}
        clearable={field.isOptional}
        onChange={(next) => {
          if (next !== null) onChange(next);
          else if (field.isOptional) onChange(undefined);
        }}
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
  const isCleared = field.isOptional && text.trim() === '';
  const problem =
    draft === undefined || isCleared ? undefined : listProblem(field, parseNumberList(text));
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
        if (next.trim() === '' && field.isOptional) onChange(undefined);
        else if (numbers && listProblem(field, numbers) === undefined) onChange(numbers);
      }}
      onBlur={() => setDraft(undefined)}
    />
  );
}
