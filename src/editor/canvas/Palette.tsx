import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconSearch } from '@tabler/icons-react';
import { useReactFlow } from '@xyflow/react';
import { useMemo, useState } from 'react';
import { type NodeDefinition, sections } from '../../runtime/api/nodes/define-node';
import { useEditor } from '../editor-context';
import { searchNodes, sectionTitles } from './node-search';
import { PortMark } from './PortMark';
import { outputPorts } from './ports';
import { useWiring } from './use-wiring';

/** Every node that can be placed, by section; drag one out, or press it. */
export function Palette() {
  const { registry, views } = useEditor();
  const [query, setQuery] = useState('');
  const found = useMemo(() => searchNodes(registry, query), [registry, query]);
  const shownSections = sections.filter((section) =>
    found.some((definition) => definition.section === section),
  );
  return (
    <nav className="palette" aria-label="Nodes">
      <div className="palette-head">
        <TextInput
          size="xs"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          placeholder="Search nodes"
          aria-label="Search the palette"
          leftSection={<IconSearch size={14} />}
        />
        <Tooltip label="Hide the palette">
          <ActionIcon
            aria-label="Hide the palette"
            onClick={() => views.set({ isPaletteOpen: false })}
          >
            <IconLayoutSidebarLeftCollapse size={18} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className="palette-list">
        {shownSections.map((section) => (
          <section key={section} aria-labelledby={`palette-${section}`}>
            <h2 id={`palette-${section}`}>{sectionTitles[section]}</h2>
            {found
              .filter((definition) => definition.section === section)
              .map((definition) => (
                <PaletteItem key={definition.type} definition={definition} />
              ))}
          </section>
        ))}
        {found.length === 0 && (
          <p className="weft-soft palette-none">Nothing is called “{query}”.</p>
        )}
      </div>
    </nav>
  );
}

function PaletteItem({ definition }: { definition: NodeDefinition }) {
  const wiring = useWiring();
  const flow = useReactFlow();
  const placeInView = () => {
    const box = document.querySelector('.canvas')?.getBoundingClientRect();
    const middle = flow.screenToFlowPosition({
      x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
      y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
    });
    wiring.place(definition.type, [middle.x - 100, middle.y - 50]);
  };
  const output = outputPorts(definition)[0];
  return (
    <Tooltip label={definition.documentation.summary} position="right" multiline w={240}>
      <button
        type="button"
        className="palette-item"
        draggable
        onClick={placeInView}
        onDragStart={(event) => {
          event.dataTransfer.setData('application/weft-node', definition.type);
          event.dataTransfer.effectAllowed = 'copy';
        }}
      >
        <PortMark type={output?.type} />
        {definition.title}
      </button>
    </Tooltip>
  );
}
