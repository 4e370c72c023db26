import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconPlugConnected, IconX } from '@tabler/icons-react';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { connectionTargets } from '../canvas/connection-rules';
import { PortMark } from '../canvas/PortMark';
import { inputPorts, outputPorts, type PortFacts, portLabel, portStyles } from '../canvas/ports';
import { useWiring } from '../canvas/use-wiring';
import { useDocument, useEditor } from '../editor-context';
import { endText, portEnd, removeItems } from '../store/document-edits';

/** The ports of a node with their wires; wires can be made and cut here without a pointer. */
export function PortsList({ nodeId, definition }: { nodeId: string; definition: NodeDefinition }) {
  return (
    <div className="inspector-body">
      {(['input', 'output'] as const).map((side) => {
        const ports = side === 'input' ? inputPorts(definition) : outputPorts(definition);
        if (ports.length === 0) return null;
        return (
          <section key={side} className="ports">
            <h3>{side === 'input' ? 'Takes' : 'Gives'}</h3>
            {ports.map((port) => (
              <PortEntry key={port.name} nodeId={nodeId} port={port} side={side} />
            ))}
          </section>
        );
      })}
    </div>
  );
}

function PortEntry(props: { nodeId: string; port: PortFacts; side: 'input' | 'output' }) {
  const { nodeId, port, side } = props;
  const { documents, registry, views } = useEditor();
  const wiring = useWiring();
  const document = useDocument((state) => state.document);
  const end = { nodeId, port: port.name };
  const [near, far] = side === 'input' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const wires = document.edges.filter((edge) => edge[near] === endText(end));
  const targets = connectionTargets(document, registry, end, side);

  return (
    <div className="port-entry">
      <div className="port-entry-head">
        <PortMark type={port.type} isHollow={wires.length === 0} />
        <b>{portLabel(port.name)}</b>
        <span className="weft-soft">
          {portStyles[port.type].label.toLowerCase()}
          {port.isOptional ? ', optional' : ''}
          {side === 'input' && port.takesMany ? ', any number' : ''}
        </span>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button
              size="compact-xs"
              variant="subtle"
              disabled={targets.length === 0}
              leftSection={<IconPlugConnected size={13} />}
              aria-label={`Connect ${portLabel(port.name)} …`}
            >
              Connect…
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
            <Menu.Label>{side === 'input' ? 'From' : 'To'}</Menu.Label>
            {targets.map((target) => (
              <Menu.Item
                key={endText(target.end)}
                rightSection={target.replaces ? <small>replaces</small> : null}
                onClick={() =>
                  side === 'output'
                    ? wiring.connect(end, target.end)
                    : wiring.connect(target.end, end)
                }
              >
                {target.end.nodeId} · {portLabel(target.end.port)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      <p className="field-help">{port.doc}</p>
      {wires.map((wire) => (
        <p className="port-wire" key={wire[far]}>
          <button
            type="button"
            className="weft-link"
            onClick={() => views.focusNode(portEnd(wire[far]).nodeId)}
          >
            {side === 'input' ? '← ' : '→ '}
            {wire[far]}
          </button>
          <ActionIcon
            size="sm"
            aria-label={`Cut the wire between ${wire.from} and ${wire.to}`}
            onClick={() => documents.edit((now) => removeItems(now, [], [wire]))}
          >
            <IconX size={13} />
          </ActionIcon>
        </p>
      ))}
    </div>
  );
}
