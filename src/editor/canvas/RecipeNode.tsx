import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { groupPairs } from '../../imaging/nifti/pair-names';
import type { PortType } from '../../runtime/api/nodes/port-values';
import { useDocument, useEditor, useNodeMark, useRun } from '../editor-context';
import { readable } from '../plain-text';
import { InputBadge } from './InputBadge';
import { formatSeconds, NodeDot } from './NodeDot';
import { nodeParameters } from './node-parameters';
import { PortMark } from './PortMark';
import { inputPorts, isSourceCard, outputPorts, portLabel, portStyles } from './ports';
import { type FlowNode, portsSeenInWires } from './projection';

interface ShownPort {
  readonly name: string;
  readonly type: PortType | undefined;
  readonly doc: string;
  readonly isOptional: boolean;
}

/** The card of any node; what it shows is derived from the node's definition. */
export const RecipeNode = memo(function RecipeNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { node, definition } = data;
  const { controller } = useEditor();
  const [isDropTarget, setDropTarget] = useState(false);
  const run = useRun((state) => state.nodes[id]);
  const { severity, isStale, wired } = useNodeMark(id);
  const seen = useDocument(
    useShallow((state) => (definition ? [] : flattenSeen(portsSeenInWires(state.document, id)))),
  );
  const inputs: readonly ShownPort[] = definition
    ? inputPorts(definition)
    : unknownPorts(seen, 'input');
  const outputs: readonly ShownPort[] = definition
    ? outputPorts(definition)
    : unknownPorts(seen, 'output');
  const rows = Math.max(inputs.length, outputs.length);
  const hasHeadPort = definition !== undefined && isSourceCard(definition);
  const isLoader = definition?.source !== undefined;
  const title = readable(node.title ?? definition?.title ?? node.type);

  const dropHandlers = isLoader && {
    onDragOver: (event: React.DragEvent) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      event.stopPropagation();
      setDropTarget(true);
    },
    onDragLeave: () => setDropTarget(false),
    onDrop: (event: React.DragEvent) => {
      setDropTarget(false);
      const files = [...event.dataTransfer.files];
      if (files[0] === undefined || groupPairs(files)[0]?.[0].name.endsWith('.json')) return;
      event.preventDefault();
      event.stopPropagation();
      void controller.inputs.openChosen(id, files);
    },
  };

  return (
    <article
      className="node-card"
      data-section={definition?.section ?? 'unknown'}
      data-selected={selected || undefined}
      data-severity={severity}
      data-state={run?.state}
      data-drop={isDropTarget || undefined}
      aria-label={`${title} (${id})`}
      {...dropHandlers}
    >
      <header className="node-head">
        <div className="node-head-row">
          <span className="node-title">{title}</span>
          {severity !== undefined && (
            <IconAlertTriangle size={16} className="node-alert" aria-label={`has ${severity}s`} />
          )}
          <NodeDot run={run} isStale={isStale} />
        </div>
        {run?.loop !== undefined && run.state === 'running' ? (
          <LoopProgress {...run.loop} />
        ) : (
          <div className="node-head-row node-fine">
            <span className="node-id weft-mono">{id}</span>
            {run?.seconds !== undefined && (
              <span className="node-seconds weft-mono">{formatSeconds(run.seconds)}</span>
            )}
          </div>
        )}
        {hasHeadPort && (
          <Port port={outputs[0]} side="output" isWired={wired.length > 0} isInHead />
        )}
      </header>
      {definition === undefined && (
        <p className="node-unknown">
          <IconPlugConnectedX size={14} aria-hidden="true" /> “{node.type}” is not part of this
          Weft. It is kept as it is.
        </p>
      )}
      {isLoader && <InputBadge nodeId={id} />}
      {!hasHeadPort && (
        <div className="node-ports">
          {Array.from({ length: rows }, (_, row) => (
            <div className="node-port-row" key={inputs[row]?.name ?? outputs[row]?.name}>
              <Port
                port={inputs[row]}
                side="input"
                isWired={wired.includes(`input:${inputs[row]?.name}`)}
              />
              <Port
                port={outputs[row]}
                side="output"
                isWired={wired.includes(`output:${outputs[row]?.name}`)}
              />
            </div>
          ))}
        </div>
      )}
      {definition !== undefined && (
        <KeyParameters lines={nodeParameters(definition, node.params)} />
      )}
    </article>
  );
});

function Port(props: {
  port: ShownPort | undefined;
  side: 'input' | 'output';
  isWired: boolean;
  /** The head of the card says what the port gives. */
  isInHead?: boolean;
}) {
  const { port, side, isWired, isInHead = false } = props;
  if (port === undefined) return <span />;
  const isInput = side === 'input';
  const type = port.type ? portStyles[port.type].label : 'unknown type';
  const label = `${portLabel(port.name)}: ${type}${port.isOptional ? ', optional' : ''}. ${port.doc}`;
  return (
    <span
      className="node-port"
      data-side={side}
      data-head={isInHead || undefined}
      data-optional={port.isOptional || undefined}
      title={label}
    >
      <Handle
        id={port.name}
        type={isInput ? 'target' : 'source'}
        position={isInput ? Position.Left : Position.Right}
        className="node-handle"
      >
        <PortMark type={port.type} isHollow={!isWired} />
      </Handle>
      <span className={isInHead ? 'weft-hidden' : 'node-port-name'}>{portLabel(port.name)}</span>
    </span>
  );
}

/** Stands where the id stood, so that the card keeps its size and the wires their places. */
function LoopProgress(props: { label: string; iteration: number; maxIterations: number }) {
  const { label, iteration, maxIterations } = props;
  return (
    <>
      <div className="node-head-row node-fine node-progress-text">
        <span>{label}</span>
        <span className="weft-mono">
          {iteration} / {maxIterations}
        </span>
      </div>
      <progress
        className="node-progress"
        value={iteration}
        max={maxIterations}
        aria-label={label}
      />
    </>
  );
}

function KeyParameters({ lines }: { lines: ReturnType<typeof nodeParameters> }) {
  if (lines.length === 0) return null;
  return (
    <dl className="node-parameters">
      {lines.map(({ title, text }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd className="weft-mono">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function flattenSeen(seen: ReturnType<typeof portsSeenInWires>): readonly string[] {
  return [
    ...seen.inputs.map((port) => `input:${port}`),
    ...seen.outputs.map((port) => `output:${port}`),
  ];
}

function unknownPorts(seen: readonly string[], side: 'input' | 'output'): readonly ShownPort[] {
  return seen
    .filter((text) => text.startsWith(`${side}:`))
    .map((text) => ({
      name: text.slice(side.length + 1),
      type: undefined,
      doc: 'Known only from its wire.',
      isOptional: false,
    }));
}
