import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { type Editor, useEditor } from '../editor-context';
import {
  addNode,
  type CanvasPoint,
  connectPorts,
  endText,
  type PortEnd,
} from '../store/document-edits';
import { type Bridge, judgeConnection } from './connection-rules';
import { cardWidth } from './layout';
import { portForWire, type WireInHand } from './node-search';

/** A wire in the hand with the port that it hangs on. */
export interface HeldWire extends WireInHand {
  readonly end: PortEnd;
}

/** Placing and wiring, each as one step of undo. */
export function useWiring() {
  const editor = useEditor();
  return useMemo(() => createWiring(editor), [editor]);
}

function createWiring({ documents, registry, views }: Editor) {
  /** Wires an output to an input, or says why not. */
  function connect(from: PortEnd, to: PortEnd): void {
    const verdict = judgeConnection(documents.store.getState().document, registry, from, to);
    if (!verdict.ok) {
      explain(from, to);
      return;
    }
    documents.edit((document) => connectPorts(document, from, to, verdict.takesMany));
    if (verdict.replaces) {
      notifications.show({
        message: `“${to.port}” of ${to.nodeId} takes one wire: the one from ${verdict.replaces.from} made room.`,
      });
    }
  }

  /** Says why a wire was refused, and offers the nodes that would make it fit. */
  function explain(from: PortEnd, to: PortEnd): void {
    const verdict = judgeConnection(documents.store.getState().document, registry, from, to);
    if (verdict.ok) return;
    const id = `refused ${endText(from)} ${endText(to)}`;
    notifications.show({
      id,
      color: 'red',
      title: 'These two do not fit',
      autoClose: verdict.bridges.length > 0 ? 12_000 : 6_000,
      message: (
        <>
          <Text size="sm">{verdict.reason}</Text>
          {verdict.bridges.length > 0 && (
            <Group gap={6} mt={8}>
              {verdict.bridges.map((bridge) => (
                <Button
                  key={bridge.definition.type}
                  size="compact-xs"
                  variant="light"
                  onClick={() => {
                    notifications.hide(id);
                    placeBridge(from, to, bridge);
                  }}
                >
                  Put {bridge.definition.title} between
                </Button>
              ))}
            </Group>
          )}
        </>
      ),
    });
  }

  /** Adds a node of a type and wires what is in the hand to it. */
  function place(type: string, at: CanvasPoint, wire?: HeldWire): void {
    const definition = registry.get(type);
    if (definition === undefined) return;
    let placed = '';
    documents.edit((document) => {
      const added = addNode(document, definition, at);
      placed = added.nodeId;
      const port = wire && portForWire(definition, wire);
      if (wire === undefined || port === undefined) return added.document;
      const other = { nodeId: added.nodeId, port };
      const [from, to] = wire.side === 'output' ? [wire.end, other] : [other, wire.end];
      const verdict = judgeConnection(added.document, registry, from, to);
      return verdict.ok
        ? connectPorts(added.document, from, to, verdict.takesMany)
        : added.document;
    });
    views.select([placed]);
  }

  function placeBridge(from: PortEnd, to: PortEnd, { definition, input, output }: Bridge): void {
    let placed = '';
    documents.edit((document) => {
      const [x, y] = document.layout[to.nodeId] ?? [0, 0];
      const added = addNode(document, definition, [x - cardWidth - 40, y + 60]);
      placed = added.nodeId;
      const wired = connectPorts(added.document, from, { nodeId: placed, port: input }, false);
      const verdict = judgeConnection(wired, registry, { nodeId: placed, port: output }, to);
      return verdict.ok
        ? connectPorts(wired, { nodeId: placed, port: output }, to, verdict.takesMany)
        : wired;
    });
    views.select([placed]);
  }

  return { connect, explain, place };
}
