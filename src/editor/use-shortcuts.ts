import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { writeDocument } from '../pipeline/write-document';
import { readRecipe } from '../runtime/api/engine/read-recipe';
import { layoutDocument } from './canvas/layout';
import { type Editor, useEditor } from './editor-context';
import type { RecipeFiles } from './files/recipe-files';
import { extractFragment, insertFragment, moveNodes } from './store/document-edits';
import { noteId } from './store/note-edits';

/** Keys of the whole page, and the clipboard, which holds recipes as text. */
export function useShortcuts(files: RecipeFiles): void {
  const editor = useEditor();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const action = actionFor(event, editor, files);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    const onCopy = (event: ClipboardEvent) => copy(event, editor);
    const onPaste = (event: ClipboardEvent) => paste(event, editor);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('copy', onCopy);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('copy', onCopy);
      window.removeEventListener('paste', onPaste);
    };
  }, [editor, files]);
}

function actionFor(
  event: KeyboardEvent,
  { documents, views, controller, runs, registry }: Editor,
  files: RecipeFiles,
): (() => void) | undefined {
  const isOpen = documents.store.getState().isOpen;
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key === 's') return isOpen ? () => void files.save() : undefined;
    if (key === 'o') return () => void files.choose();
    if (!isOpen) return undefined;
    if (key === 'enter') return () => void controller.run();
    // Fields have an undo of their own.
    if (isTyping(event.target)) return undefined;
    if (key === 'z') return event.shiftKey ? documents.redo : documents.undo;
    if (key === 'y') return documents.redo;
    if (key === 'a') return () => selectAll(documents, views);
    if (key === 'd') return () => duplicate(documents, views);
    return undefined;
  }
  if (isTyping(event.target) || event.altKey) return undefined;
  switch (event.key) {
    case '?':
      return () => views.set({ isHelpOpen: true });
    case 'Escape':
      if (hasOpenLayer()) return undefined;
      if (views.store.getState().isViewerMaximised) {
        return () => views.set({ isViewerMaximised: false });
      }
      return runs.getState().status === 'running' ? () => void controller.cancel() : undefined;
    case 'v':
      return isOpen
        ? () => views.set({ isViewerMaximised: !views.store.getState().isViewerMaximised })
        : undefined;
    case 'l':
      return isOpen
        ? () =>
            documents.edit((document) => moveNodes(document, layoutDocument(document, registry)))
        : undefined;
    default:
      return undefined;
  }
}

function selectAll(documents: Editor['documents'], views: Editor['views']): void {
  const { nodes, notes = [] } = documents.store.getState().document;
  views.select([...Object.keys(nodes), ...notes.map((_, index) => noteId(index))]);
}

function duplicate(documents: Editor['documents'], views: Editor['views']): void {
  insert(documents, views, (document) =>
    extractFragment(document, views.store.getState().selectedNodes),
  );
}

function insert(
  documents: Editor['documents'],
  views: Editor['views'],
  fragmentOf: (
    document: Parameters<typeof insertFragment>[0],
  ) => Parameters<typeof insertFragment>[1],
): void {
  let nodeIds: readonly string[] = [];
  documents.edit((document) => {
    const fragment = fragmentOf(document);
    if (Object.keys(fragment.nodes).length === 0) return document;
    const inserted = insertFragment(document, fragment, [36, 36]);
    nodeIds = inserted.nodeIds;
    return inserted.document;
  });
  if (nodeIds.length > 0) views.select(nodeIds);
}

function copy(event: ClipboardEvent, { documents, views }: Editor): void {
  const { selectedNodes } = views.store.getState();
  const hasText = (getSelection()?.toString() ?? '') !== '';
  if (isTyping(event.target) || hasText || selectedNodes.length === 0) return;
  const fragment = extractFragment(documents.store.getState().document, selectedNodes);
  event.clipboardData?.setData('text/plain', writeDocument(fragment));
  event.preventDefault();
  notifications.show({
    message: `Copied ${selectedNodes.length === 1 ? 'one node' : `${selectedNodes.length} nodes`}.`,
  });
}

function paste(event: ClipboardEvent, { documents, views, registry }: Editor): void {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const isOpen = documents.store.getState().isOpen;
  if (isTyping(event.target) || !isOpen || !text.trimStart().startsWith('{')) return;
  const parsed = readRecipe(text, registry);
  event.preventDefault();
  if (!parsed.ok) {
    const message = parsed.problems[0]?.message ?? '';
    notifications.show({ color: 'red', title: 'This text is not part of a recipe', message });
    return;
  }
  insert(documents, views, () => parsed.document);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type="radio"], [type="checkbox"])'))
  );
}

function hasOpenLayer(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}
