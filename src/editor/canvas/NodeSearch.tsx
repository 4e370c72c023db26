import { useEffect, useMemo, useRef, useState } from 'react';
import { useEditor } from '../editor-context';
import type { CanvasPoint } from '../store/document-edits';
import { searchNodes, sectionTitles } from './node-search';
import { portLabel, portStyles } from './ports';
import { type HeldWire, useWiring } from './use-wiring';

/** Where the search opens, where the node will stand, and the wire that waits for it. */
export interface SearchRequest {
  readonly left: number;
  readonly top: number;
  readonly at: CanvasPoint;
  readonly wire?: HeldWire;
}

/** Search for a node at the pointer: arrows choose, Enter places, Escape leaves. */
export function NodeSearch({ request, onClose }: { request: SearchRequest; onClose: () => void }) {
  const { registry } = useEditor();
  const wiring = useWiring();
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(
    () => searchNodes(registry, query, request.wire),
    [registry, query, request.wire],
  );
  const chosen = Math.min(index, found.length - 1);

  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    return () => {
      // By keys, go on from where the search was called; a click has chosen its own place.
      const isNowhere = document.activeElement === document.body;
      if (isNowhere && before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const place = (type: string) => {
    wiring.place(type, request.at, request.wire);
    onClose();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') onClose();
    else if (event.key === 'ArrowDown') setIndex(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setIndex(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') {
      const definition = found[chosen];
      if (definition) place(definition.type);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      className="node-search"
      role="dialog"
      aria-label="Add a node"
      style={{ left: request.left, top: request.top }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onClose();
      }}
    >
      {request.wire && (
        <p className="node-search-wire">
          {request.wire.side === 'output' ? 'Takes' : 'Gives'}{' '}
          {portStyles[request.wire.type].label.toLowerCase()} · {request.wire.end.nodeId}.
          {portLabel(request.wire.end.port)}
        </p>
      )}
      <input
        ref={input}
        value={query}
        placeholder="Search nodes …"
        aria-label="Search nodes"
        role="combobox"
        aria-expanded="true"
        aria-controls="node-search-list"
        aria-activedescendant={found[chosen] ? `node-search-${chosen}` : undefined}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        className="node-search-list"
        role="listbox"
        id="node-search-list"
        aria-label="Nodes"
        ref={list}
      >
        {found.map((definition, row) => (
          <button
            type="button"
            role="option"
            id={`node-search-${row}`}
            aria-selected={row === chosen}
            tabIndex={-1}
            key={definition.type}
            onMouseEnter={() => setIndex(row)}
            onMouseDown={(event) => {
              event.preventDefault();
              place(definition.type);
            }}
          >
            <span className="node-search-title">
              <i data-section={definition.section} />
              {definition.title}
              <small>{sectionTitles[definition.section]}</small>
            </span>
            <span className="node-search-summary">{definition.documentation.summary}</span>
          </button>
        ))}
        {found.length === 0 && (
          <p className="node-search-none">
            {query === '' ? 'No node fits this wire.' : `Nothing is called “${query}”.`}
          </p>
        )}
      </div>
    </div>
  );
}
