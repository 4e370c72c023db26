import { Modal } from '@mantine/core';
import { useEditor, useView } from './editor-context';

const groups: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [string, string])[];
}[] = [
  {
    title: 'Graph',
    keys: [
      ['A, or Tab over the canvas', 'Add a node'],
      ['Double click', 'Add a node here'],
      ['Drag a wire to nothing', 'Add a node that fits it'],
      ['N', 'Add a note; double click writes it'],
      ['Del', 'Delete what is selected'],
      ['Ctrl A', 'Select all'],
      ['Ctrl D', 'Duplicate'],
      ['Ctrl C, Ctrl V', 'Copy and paste, as text of a recipe'],
      ['L', 'Tidy up the layout'],
      ['Arrows', 'Move the selected nodes'],
    ],
  },
  {
    title: 'Recipe',
    keys: [
      ['Ctrl Enter', 'Run'],
      ['Esc', 'Cancel the run, or leave what is open'],
      ['Ctrl Z, Ctrl Shift Z', 'Undo, redo'],
      ['Ctrl S', 'Save'],
      ['Ctrl O', 'Open'],
      ['V', 'Large viewer'],
      ['?', 'This help'],
    ],
  },
  {
    title: 'Viewer',
    keys: [
      ['Click, drag', 'Crosshair, in all volumes'],
      ['Wheel, Page keys', 'Through the slices'],
      ['Ctrl wheel, + and −', 'Zoom'],
      ['Shift drag', 'Move the picture'],
      ['Right drag', 'Brightness and contrast'],
      ['Double click, 0', 'Reset'],
    ],
  },
];

/** The keys, and how to wire without a pointer. */
export function HelpOverlay() {
  const { views } = useEditor();
  const isOpen = useView((state) => state.isHelpOpen);
  return (
    <Modal opened={isOpen} onClose={() => views.set({ isHelpOpen: false })} title="Keys" size={760}>
      <div className="help">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, says]) => (
                <div key={key}>
                  <dt>{key}</dt>
                  <dd>{says}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="weft-soft field-help">
        Without a pointer: choose a node in the inspector’s list, then wire it under “Ports” with
        “Connect…”. Slices are drawn as if you looked with the patient: L is left of the picture. On
        a Mac, Ctrl is ⌘.
      </p>
    </Modal>
  );
}
