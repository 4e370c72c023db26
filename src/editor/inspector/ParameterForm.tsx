import { Button, Collapse } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Params, ParamValue } from '../../pipeline/schema';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { useEditor, useRun } from '../editor-context';
import { setParam } from '../store/document-edits';
import { type FormField, formFields } from './form-fields';
import { ParameterField } from './ParameterField';
import { SourceField } from './SourceField';

/** The form of a node, derived from its schema; a turnable parameter is turned while a recipe runs. */
export function ParameterForm(props: {
  nodeId: string;
  definition: NodeDefinition;
  params: Params;
}) {
  const { nodeId, definition, params } = props;
  const { documents, controller } = useEditor();
  const turns = useRun((state) => state.turns);
  const isRunning = useRun((state) => state.status === 'running');
  const fields = useMemo(() => formFields(definition.params), [definition]);
  const [isMoreOpen, setMoreOpen] = useState(false);
  const plain = fields.filter((field) => !field.isAdvanced);
  const advanced = fields.filter((field) => field.isAdvanced);

  const change = (field: FormField, value: ParamValue | undefined) => {
    const mergeKey = `param ${nodeId} ${field.name}`;
    documents.edit((document) => setParam(document, nodeId, field.name, value), mergeKey);
    if (field.isTurnable && typeof value === 'number') {
      void controller.turn(nodeId, field.name, value);
    }
  };
  const show = (field: FormField) =>
    definition.source !== undefined && field.kind === 'variant' ? (
      <SourceField
        key={field.name}
        nodeId={nodeId}
        definition={definition}
        field={field}
        params={params}
        onChange={(value) => change(field, value)}
      />
    ) : (
      <ParameterField
        key={field.name}
        field={field}
        params={params}
        isLive={isRunning && field.isTurnable}
        turn={turns[`${nodeId}.${field.name}`]}
        onChange={(value) => change(field, value)}
      />
    );

  if (fields.length === 0) return <p className="weft-soft inspector-body">Nothing to set.</p>;
  return (
    <form className="inspector-body parameter-form" onSubmit={(event) => event.preventDefault()}>
      {plain.map(show)}
      {advanced.length > 0 && (
        <>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            className="parameter-more"
            aria-expanded={isMoreOpen}
            rightSection={
              <IconChevronDown size={14} style={{ rotate: isMoreOpen ? '180deg' : undefined }} />
            }
            onClick={() => setMoreOpen(!isMoreOpen)}
          >
            {isMoreOpen ? 'Fewer' : `${advanced.length} more`}
          </Button>
          <Collapse expanded={isMoreOpen}>
            <div className="parameter-form">{advanced.map(show)}</div>
          </Collapse>
        </>
      )}
    </form>
  );
}
