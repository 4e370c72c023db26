import { Button, FileButton, Progress, SegmentedControl } from '@mantine/core';
import { IconFileUpload, IconFolderOpen, IconWorldDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Params, ParamValue } from '../../pipeline/schema';
import { volumeFile } from '../../runtime/api/data-kinds/define-data-kind';
import { dataKinds } from '../../runtime/api/data-kinds/index';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { describeInput, formatBytes } from '../canvas/InputBadge';
import { useEditor, useRun } from '../editor-context';
import { FetchConsent } from '../files/FetchConsent';
import { fieldText, readable } from '../plain-text';
import { loadedKind } from '../run/input-sources';
import { withParam } from '../store/document-edits';
import { type FormField, fieldValue, variantDefaults } from './form-fields';
import { ParameterField } from './ParameterField';
import { PublicImageField } from './PublicImageField';

const kindTitles: Readonly<Record<string, string>> = {
  phantom: 'Sample',
  file: 'File',
  url: 'Address',
};

/** Where a loader's data comes from: a generated sample, a file of the person's own, an address. */
export function SourceField(props: {
  nodeId: string;
  definition: NodeDefinition;
  field: Extract<FormField, { kind: 'variant' }>;
  params: Params;
  onChange: (value: ParamValue) => void;
}) {
  const { nodeId, definition, field, params, onChange } = props;
  const { controller } = useEditor();
  const input = useRun((state) => state.inputs[nodeId]);
  const [isAsking, setAsking] = useState(false);
  // A source is written into the recipe only once it is whole: an address with its checksum.
  const [draft, setDraft] = useState<Params>();
  const value = fieldValue(field, params);
  // The recipe names a file once it could be read: until then the choice stays in view.
  if (draft?.kind === 'file' && isObject(value) && value.kind === 'file') setDraft(undefined);
  const source: Params = draft ?? (isObject(value) ? value : {});
  const change = (next: Params, asks = false) => {
    setAsking(asks);
    const isWhole = definition.params.safeParse({ ...params, [field.name]: next }).success;
    setDraft(isWhole ? undefined : next);
    if (isWhole) onChange(next);
  };
  const choice = dataKinds[loadedKind(definition) ?? 'image'].file ?? volumeFile;
  const variant = field.variants.find(({ kind }) => kind === source.kind) ?? field.variants[0];
  if (variant === undefined) return null;

  return (
    <fieldset className="choice-field">
      <legend>{field.title}</legend>
      {field.help && <p className="field-help">{field.help}</p>}
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={field.title}
        value={variant.kind}
        data={field.variants.map(({ kind, title }) => ({
          value: kind,
          label: kindTitles[kind] ?? title,
        }))}
        onChange={(kind) => {
          // Back before anything was chosen: the recipe's own source, not a fresh one of its kind.
          if (isObject(value) && value.kind === kind) return setDraft(undefined);
          const next = field.variants.find((other) => other.kind === kind);
          if (next) change({ ...variantDefaults(next), kind });
        }}
      />
      <div className="parameter-form source-fields">
        {variant.kind === 'file' && (
          <>
            <FileButton
              multiple
              onChange={(files) => {
                void controller.inputs.openChosen(nodeId, files);
              }}
              accept={choice.accept}
            >
              {(button) => (
                <Button
                  {...button}
                  size="sm"
                  variant="light"
                  leftSection={<IconFileUpload size={16} />}
                >
                  {source.name && input?.state !== 'needs-file'
                    ? choice.takesMany
                      ? 'Choose other images'
                      : 'Choose another file'
                    : choice.call}
                </Button>
              )}
            </FileButton>
            {choice.takesMany && (
              <FileButton
                multiple
                onChange={(files) => void controller.inputs.openChosen(nodeId, files)}
                inputProps={{ webkitdirectory: '' } as object}
              >
                {(button) => (
                  <Button
                    {...button}
                    size="sm"
                    variant="light"
                    leftSection={<IconFolderOpen size={16} />}
                  >
                    Choose a folder
                  </Button>
                )}
              </FileButton>
            )}
            <p className="field-help">
              {source.name ? (
                <>
                  <b>{readable(fieldText(source.name))}</b>
                  {source.sha256 ? ` · SHA-256 ${fieldText(source.sha256).slice(0, 12)}…` : ''}
                </>
              ) : (
                `Or drop one onto the node${choice.aside}. It is read here and never leaves this machine.`
              )}
            </p>
          </>
        )}
        {variant.kind === 'url' && (
          <PublicImageField
            source={source}
            onPick={({ url, sha256 }) => change({ kind: 'url', url, sha256 }, true)}
          />
        )}
        {variant.kind !== 'file' &&
          variant.fields.map((inner) => (
            <ParameterField
              key={inner.name}
              field={inner}
              params={source}
              onChange={(next) => change(withParam(source, inner.name, next))}
            />
          ))}
        {draft !== undefined && input?.state === 'ready' && (
          <p className="field-help">Until this is complete, the node keeps the data it has.</p>
        )}
        {draft === undefined && input?.state === 'needs-consent' && (
          <Button
            size="sm"
            variant="light"
            leftSection={<IconWorldDown size={16} />}
            onClick={() => setAsking(true)}
          >
            Fetch …
          </Button>
        )}
        {input?.state === 'fetching' && (
          <>
            <Progress
              value={input.total ? (100 * input.loaded) / input.total : 100}
              animated
              aria-label="Download"
            />
            <p className="field-foot">
              <span>
                {formatBytes(input.loaded)}
                {input.total ? ` of ${formatBytes(input.total)}` : ''}
              </span>
              <button
                type="button"
                className="weft-link"
                onClick={() => controller.inputs.stopFetch(nodeId)}
              >
                stop
              </button>
            </p>
          </>
        )}
        {draft === undefined && input?.state === 'ready' && (
          <p className="field-help">{describeInput(input.descriptor)}</p>
        )}
      </div>
      {input?.state === 'needs-consent' && (
        <FetchConsent
          isOpen={isAsking}
          nodeId={nodeId}
          url={input.url}
          sha256={input.sha256}
          onClose={() => setAsking(false)}
        />
      )}
    </fieldset>
  );
}

function isObject(value: ParamValue | undefined): value is Params {
  return typeof value === 'object' && !Array.isArray(value);
}
