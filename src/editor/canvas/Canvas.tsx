import { useComputedColorScheme } from '@mantine/core';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
  ReactFlow,
  useOnViewportChange,
  useReactFlow,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useDocument, useEditor, useView } from '../editor-context';
import { moveNodes, portEnd, removeItems } from '../store/document-edits';
import { addNote, moveNotes, noteIndex, removeNotes } from '../store/note-edits';
import { CanvasActions } from './CanvasActions';
import { ConnectionLine } from './ConnectionLine';
import { judgeConnection } from './connection-rules';
import { freePlace } from './free-place';
import { NodeSearch, type SearchRequest } from './NodeSearch';
import { NoteCard } from './NoteCard';
import { Overview } from './Overview';
import { findPort } from './ports';
import {
  type FlowEdge,
  type FlowItem,
  type FlowNode,
  type FlowNote,
  projectEdges,
  projectNodes,
  projectNotes,
} from './projection';
import { RecipeNode } from './RecipeNode';
import { useCanvasKeys } from './use-canvas-keys';
import { fitOptions, useFit } from './use-fit';
import { useUncovered } from './use-uncovered';
import { useWiring } from './use-wiring';
import { WireEdge } from './WireEdge';

const nodeTypes = { recipe: RecipeNode, note: NoteCard };
const isNode = (item: FlowItem): item is FlowNode => item.type === 'recipe';
const isNote = (item: FlowItem): item is FlowNote => item.type === 'note';
/** A note of a few lines. */
const noteSize = { width: 220, height: 110 };
const edgeTypes = { wire: WireEdge };
/** Below these zooms the small print of a card, and then the names of its ports, cannot be read. */
const farZoom = 0.62;
const mostFarZoom = 0.44;
const deleteKeys = ['Delete', 'Backspace'];

/** The graph: placed, wired, moved and deleted here; the document decides what is shown. */
export function Canvas() {
  const { documents, views, registry } = useEditor();
  const flow = useReactFlow<FlowItem, FlowEdge>();
  const document = useDocument((state) => state.document);
  const origin = useDocument((state) => state.origin);
  const selectedNodes = useView((state) => state.selectedNodes);
  const selectedEdges = useView((state) => state.selectedEdges);
  const focus = useView((state) => state.focus);
  const colorMode = useComputedColorScheme('light');
  const [items, setItems] = useState<FlowItem[]>([]);
  const [search, setSearch] = useState<SearchRequest>();
  const edgesBefore = useRef<FlowEdge[]>([]);
  const area = useRef<HTMLDivElement>(null);
  const wiring = useWiring();
  const { fitAll, onMove } = useFit(area);
  const { uncover, onFocus, onKeyUp } = useUncovered(area);

  useEffect(() => {
    setItems((before) => [
      ...projectNotes(before.filter(isNote), document, selectedNodes),
      ...projectNodes(before.filter(isNode), document, registry, selectedNodes),
    ]);
  }, [document, registry, selectedNodes]);

  // Undo takes nodes away without a word to the canvas; what is gone is no longer selected.
  useEffect(() => {
    const here = selectedNodes.filter(
      (id) =>
        Object.hasOwn(document.nodes, id) || document.notes?.[noteIndex(id) ?? -1] !== undefined,
    );
    if (here.length < selectedNodes.length) views.set({ selectedNodes: here });
  }, [document, selectedNodes, views]);

  const edges = useMemo(() => {
    edgesBefore.current = projectEdges(edgesBefore.current, document, registry, selectedEdges);
    return edgesBefore.current;
  }, [document, registry, selectedEdges]);

  // Set on the element, so that zooming draws no node again.
  useOnViewportChange({
    onChange: ({ zoom }) => {
      const element = area.current;
      if (element === null) return;
      element.style.setProperty('--canvas-zoom', String(zoom));
      if (zoom >= farZoom) delete element.dataset.far;
      else element.dataset.far = zoom < mostFarZoom ? 'most' : 'some';
    },
  });

  // Another recipe is another picture: show all of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the origin is what changes with a recipe
  useEffect(() => {
    const timer = setTimeout(fitAll, 60);
    return () => clearTimeout(timer);
  }, [origin, fitAll]);

  useEffect(() => {
    if (focus === undefined) return;
    void flow.fitView({ nodes: [{ id: focus.nodeId }], duration: 250, maxZoom: 1, padding: 0.6 });
  }, [focus, flow]);

  const onNodesChange = (changes: NodeChange<FlowItem>[]) => {
    setItems((before) => applyNodeChanges(changes, before));
    const moved: Record<string, readonly [number, number]> = {};
    for (const change of changes) {
      // Arrow keys move without a drag, so the end of a move is what is written down.
      if (change.type === 'position' && change.dragging !== true && change.position) {
        moved[change.id] = [change.position.x, change.position.y];
      }
    }
    const ids = Object.keys(moved);
    if (ids.length > 0) {
      documents.edit((now) => moveNotes(moveNodes(now, moved), moved), `move ${ids.join()}`);
    }
    const chosen = selectionAfter(views.store.getState().selectedNodes, changes);
    if (chosen !== undefined) views.set({ selectedNodes: chosen });
  };

  const onEdgesChange = (changes: EdgeChange<FlowEdge>[]) => {
    const chosen = selectionAfter(views.store.getState().selectedEdges, changes);
    if (chosen !== undefined) views.set({ selectedEdges: chosen });
  };

  const onDelete = (gone: { nodes: FlowItem[]; edges: FlowEdge[] }) => {
    const wires = gone.edges.map((edge) => ({
      from: `${edge.source}.${edge.sourceHandle}`,
      to: `${edge.target}.${edge.targetHandle}`,
    }));
    const nodeIds = gone.nodes.map((node) => node.id);
    documents.edit((now) => removeNotes(removeItems(now, nodeIds, wires), nodeIds));
    views.set({ selectedNodes: [], selectedEdges: [] });
  };

  const isValidConnection = (connection: Connection | FlowEdge) => {
    const wire = wireOf(connection);
    return (
      wire !== undefined &&
      judgeConnection(documents.store.getState().document, registry, wire.from, wire.to).ok
    );
  };

  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    if (state.isValid || state.fromHandle === null) return;
    const side = state.fromHandle.type === 'source' ? 'output' : 'input';
    const end = { nodeId: state.fromHandle.nodeId, port: state.fromHandle.id ?? '' };
    if (state.toHandle) {
      const other = { nodeId: state.toHandle.nodeId, port: state.toHandle.id ?? '' };
      if (side === 'output') wiring.explain(end, other);
      else wiring.explain(other, end);
      return;
    }
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    const port = findPort(documents.store.getState().document, registry, end, side);
    if (point && port) openSearch(point.clientX, point.clientY, { end, side, type: port.type });
  };

  const openSearch = useCallback(
    (clientX: number, clientY: number, wire?: SearchRequest['wire']) => {
      const box = area.current?.getBoundingClientRect();
      if (box === undefined) return;
      const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
      setSearch({
        left: Math.min(clientX - box.left, box.width - 332),
        top: Math.min(clientY - box.top, Math.max(8, box.height - 330)),
        at: [x, y],
        ...(wire && { wire }),
      });
    },
    [flow],
  );

  const openSearchInMiddle = useCallback(() => {
    const box = area.current?.getBoundingClientRect();
    if (box) openSearch(box.left + box.width / 2 - 160, box.top + box.height / 4);
  }, [openSearch]);

  const addNoteInMiddle = useCallback(() => {
    const box = area.current?.getBoundingClientRect();
    if (box === undefined) return;
    const { x, y } = flow.screenToFlowPosition({
      x: box.left + box.width / 2,
      y: box.top + box.height / 3,
    });
    const taken = flow.getNodes().map(({ position, measured }) => ({
      ...position,
      width: measured?.width ?? 0,
      height: measured?.height ?? 0,
    }));
    const place = freePlace([x - noteSize.width / 2, y], noteSize, taken);
    const added = addNote(documents.store.getState().document, place);
    if (added === undefined) return;
    documents.edit(() => added.document);
    views.select([added.id]);
  }, [documents, flow, views]);

  useCanvasKeys(area, { onAddNode: openSearchInMiddle, onAddNote: addNoteInMiddle });

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: double click is one of three ways to search
    <div
      className="canvas"
      ref={area}
      onFocus={onFocus}
      onKeyUp={onKeyUp}
      onDoubleClick={(event) => {
        const target = event.target as Element;
        if (target.classList.contains('react-flow__pane')) openSearch(event.clientX, event.clientY);
      }}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes('application/weft-node')) event.preventDefault();
      }}
      onDrop={(event) => {
        const type = event.dataTransfer.getData('application/weft-node');
        if (type === '') return;
        event.preventDefault();
        const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        wiring.place(type, [x - 100, y - 24]);
      }}
    >
      <ReactFlow<FlowItem, FlowEdge>
        nodes={items}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onDelete={onDelete}
        onNodeClick={(_, { id }) => uncover(id)}
        onConnect={(connection) => {
          const wire = wireOf(connection);
          if (wire) wiring.connect(wire.from, wire.to);
        }}
        onConnectEnd={onConnectEnd}
        onMove={onMove}
        isValidConnection={isValidConnection}
        connectionLineComponent={ConnectionLine}
        connectionRadius={28}
        // Wires are listed, made and cut in the inspector: by keys, nodes should not lie behind all of them.
        edgesFocusable={false}
        deleteKeyCode={deleteKeys}
        colorMode={colorMode}
        minZoom={0.2}
        maxZoom={2}
        zoomOnDoubleClick={false}
        selectNodesOnDrag={false}
        elevateNodesOnSelect
        fitView
        fitViewOptions={fitOptions}
        aria-label="Recipe graph"
      >
        <Background
          variant={BackgroundVariant.Dots}
          gap={22}
          size={1.4}
          color="var(--weft-line-strong)"
        />
        <Overview />
        <Controls
          position="bottom-left"
          showInteractive={false}
          fitViewOptions={fitOptions}
          onFitView={fitAll}
        />
        <CanvasActions onAdd={openSearchInMiddle} onAddNote={addNoteInMiddle} onLayout={fitAll} />
      </ReactFlow>
      {search && <NodeSearch request={search} onClose={() => setSearch(undefined)} />}
    </div>
  );
}

function wireOf(connection: Connection | FlowEdge) {
  const { source, sourceHandle, target, targetHandle } = connection;
  if (!sourceHandle || !targetHandle) return undefined;
  return { from: portEnd(`${source}.${sourceHandle}`), to: portEnd(`${target}.${targetHandle}`) };
}

/** The selection after changes of the canvas, or undefined where they change none. */
function selectionAfter(
  before: readonly string[],
  changes: readonly (NodeChange<FlowItem> | EdgeChange<FlowEdge>)[],
): readonly string[] | undefined {
  const chosen = new Set(before);
  for (const change of changes) {
    if (change.type !== 'select') continue;
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  const isSame = chosen.size === before.length && before.every((id) => chosen.has(id));
  return isSame ? undefined : [...chosen];
}
