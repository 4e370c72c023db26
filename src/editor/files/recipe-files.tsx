import { Button, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ParseDocumentResult, parseDocument } from '../../pipeline/parse-document';
import type { PipelineDocument } from '../../pipeline/schema';
import { encodeLink, extractFromPng } from '../../pipeline/share';
import { writeDocument } from '../../pipeline/write-document';
import { withPresentNodes } from '../../runtime/api/engine/read-recipe';
import { layoutDocument } from '../canvas/layout';
import type { Editor } from '../editor-context';
import { recipePicture, shownSlices } from '../picture/recipe-picture';
import { moveNodes } from '../store/document-edits';
import { type DocumentOrigin, isDirty } from '../store/document-store';
import { initialViewer } from '../store/view-store';
import { chooseRecipe, downloadBytes, recipeFileName, saveRecipe } from './save-file';

/** Opening, saving and sharing recipes, with what is said about it. */
export function createRecipeFiles(editor: Editor) {
  const { documents, views, registry, runs, volumes } = editor;

  /** Shows a recipe; what was open before is one undo away. */
  function open(document: PipelineDocument, origin: DocumentOrigin, isSaved = true): void {
    const before = documents.store.getState();
    const hadEdits = isDirty(before) && Object.keys(before.document.nodes).length > 0;
    const isPlaced = Object.keys(document.nodes).some((nodeId) => nodeId in document.layout);
    const placed = isPlaced ? document : moveNodes(document, layoutDocument(document, registry));
    documents.open(placed, origin, isSaved);
    views.set({ selectedNodes: [], selectedEdges: [], isViewerMaximised: false, runTab: 'curves' });
    views.setViewer({ ...initialViewer, mode: views.store.getState().viewer.mode });
    if (runs.getState().status === 'idle') {
      volumes.setPreview(undefined);
      runs.setState({
        result: undefined,
        resultDocument: undefined,
        nodes: {},
        curves: [],
        runDiagnostics: [],
      });
    }
    if (hadEdits) {
      const id = `opened ${Date.now()}`;
      notifications.show({
        id,
        title: `Opened “${document.name}”`,
        autoClose: 10_000,
        message: (
          <>
            <Text size="sm">“{before.document.name}” had unsaved edits. It is one undo away.</Text>
            <Button
              size="compact-xs"
              variant="light"
              mt={6}
              onClick={() => {
                documents.undo();
                notifications.hide(id);
              }}
            >
              Bring it back
            </Button>
          </>
        ),
      });
    }
  }

  /** Opens what a text holds, or says all the reasons why it cannot. */
  function openParsed(read: ParseDocumentResult, origin: DocumentOrigin): boolean {
    const parsed = withPresentNodes(read, registry);
    if (parsed.ok) {
      open(parsed.document, origin, parsed.migrated.length === 0);
      return true;
    }
    const shown = parsed.problems.slice(0, 4);
    notifications.show({
      color: 'red',
      title: `${origin.name ?? 'The recipe'} cannot be opened`,
      autoClose: false,
      message: (
        <>
          <List size="sm" spacing={4}>
            {shown.map(({ path, message, remedy }) => (
              <List.Item key={path + message}>
                {path && <b className="weft-mono">{path}: </b>}
                {message} {remedy}
              </List.Item>
            ))}
          </List>
          {parsed.problems.length > shown.length && (
            <Text size="sm">And {parsed.problems.length - shown.length} more.</Text>
          )}
          <Text size="sm" mt={4}>
            Nothing was changed.
          </Text>
        </>
      ),
    });
    return false;
  }

  /** Opens a JSON file, or the recipe inside of a picture. */
  async function openFile(file: File, fileHandle?: FileSystemFileHandle): Promise<boolean> {
    const isPicture = file.name.toLowerCase().endsWith('.png');
    const text = isPicture
      ? extractFromPng(new Uint8Array(await file.arrayBuffer()))
      : await file.text();
    if (text === undefined) {
      notifications.show({
        color: 'red',
        title: file.name,
        message: 'This picture holds no recipe.',
      });
      return false;
    }
    const origin = { kind: 'file', name: file.name, ...(fileHandle && { fileHandle }) } as const;
    return openParsed(parseDocument(text), origin);
  }

  async function choose(): Promise<void> {
    const chosen = await chooseRecipe();
    if (chosen) await openFile(chosen.file, chosen.fileHandle);
  }

  async function save(): Promise<void> {
    const { document, origin } = documents.store.getState();
    const name =
      origin.kind === 'file' && origin.name ? origin.name : recipeFileName(document.name);
    try {
      const outcome = await saveRecipe(writeDocument(document), name, origin.fileHandle);
      if (outcome.kind === 'left') return;
      const savedAs = outcome.kind === 'written' ? outcome.fileHandle.name : outcome.name;
      documents.markSaved({
        kind: 'file',
        name: savedAs,
        ...(outcome.kind === 'written' && { fileHandle: outcome.fileHandle }),
      });
      notifications.show({ message: `Saved as ${savedAs}.` });
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'The recipe could not be saved',
        message: `${error instanceof Error ? error.message : error}. Your edits are kept as a draft.`,
      });
    }
  }

  /** Puts a link that holds the whole recipe onto the clipboard. */
  async function share(): Promise<void> {
    const encoded = encodeLink(documents.store.getState().document);
    if (!encoded.ok) {
      const { message, remedy } = encoded.problem;
      notifications.show({
        color: 'red',
        title: 'No link for this recipe',
        message: `${message} ${remedy}`,
      });
      return;
    }
    const link = `${location.origin}${location.pathname}${encoded.hash}`;
    const isCopied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false,
    );
    notifications.show({
      title: isCopied ? 'Link copied' : 'The link to this recipe',
      autoClose: isCopied ? 6000 : false,
      message: (
        <>
          <Text size="sm">
            It holds the recipe and no images, after the #, so that no server sees it. Names of your
            files are part of the recipe.
          </Text>
          {!isCopied && <code className="share-link">{link}</code>}
        </>
      ),
    });
  }

  /** Saves a picture of the graph and of what the viewer shows, with the recipe inside. */
  async function savePicture(): Promise<void> {
    const { document } = documents.store.getState();
    const name = recipeFileName(document.name).replace(/\.json$/, '.png');
    try {
      downloadBytes(name, await recipePicture(document, registry, shownSlices()), 'image/png');
      notifications.show({
        title: `Saved ${name}`,
        message: 'The recipe is inside: drop the picture onto Weft, and it opens.',
      });
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'The picture could not be made',
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return { open, openParsed, openFile, choose, save, share, savePicture };
}

export type RecipeFiles = ReturnType<typeof createRecipeFiles>;
