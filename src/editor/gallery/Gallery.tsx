import { Button, TextInput } from '@mantine/core';
import {
  IconFilePlus,
  IconFolderOpen,
  IconHistory,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { parseDocument } from '../../pipeline/parse-document';
import { useDocument, useEditor } from '../editor-context';
import type { FoundDraft } from '../files/drafts';
import type { RecipeFiles } from '../files/recipe-files';
import { readable } from '../plain-text';
import { emptyDocument } from '../store/document-edits';
import { GraphPicture } from './GraphPicture';
import type { GalleryRecipe } from './recipes';
import { SamplePicture } from './SamplePicture';
import { shelve } from './shelves';

/** A storage that does not answer may only be slow. */
const lookAgainAfterMs = 3000;

/** Where a visit starts: recipes to open, a draft to recover, or an empty canvas. */
export function Gallery({ files }: { files: RecipeFiles }) {
  const { recipes, documents, drafts } = useEditor();
  const [found, setFound] = useState<readonly FoundDraft[]>([]);
  const [isAllShown, setAllShown] = useState(false);
  const [wanted, setWanted] = useState('');
  const openName = useDocument((state) =>
    Object.keys(state.document.nodes).length > 0 ? state.document.name : undefined,
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () =>
      drafts.list().then(setFound, () => {
        timer = setTimeout(look, lookAgainAfterMs);
      });
    void look();
    return () => clearTimeout(timer);
  }, [drafts]);

  const recover = (draft: FoundDraft) => {
    const isOpened = files.openParsed(parseDocument(draft.text), {
      kind: 'draft',
      name: draft.name,
    });
    if (!isOpened) return;
    // It is dirty until it is saved, as a draft of this tab.
    drafts.goesOnFrom(draft);
    documents.markUnsaved();
  };
  const discard = (draft: FoundDraft) => {
    setFound(found.filter(({ id }) => id !== draft.id));
    drafts.remove(draft.id).catch(() => undefined);
  };

  const shelves = shelve(recipes, wanted);
  const shown = isAllShown ? found : found.slice(0, 3);
  return (
    <main className="gallery">
      <div className="gallery-inside">
        <header className="gallery-head">
          <h1>Register two images</h1>
          <p>
            Open a recipe, press Run and watch one head become the other. Every part of it can be
            looked into, swapped and turned. Nothing leaves your machine.
          </p>
          <div className="gallery-actions">
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={16} />}
              onClick={() => void files.choose()}
            >
              Open a file
            </Button>
            <Button
              variant="default"
              leftSection={<IconFilePlus size={16} />}
              onClick={() => files.open(emptyDocument, { kind: 'new' })}
            >
              Empty recipe
            </Button>
            <TextInput
              className="gallery-search"
              aria-label="Find a recipe"
              placeholder="Find a recipe"
              leftSection={<IconSearch size={16} />}
              value={wanted}
              onChange={(event) => setWanted(event.currentTarget.value)}
            />
            {openName !== undefined && (
              <Button variant="light" onClick={() => documents.showGallery(false)}>
                Back to “{readable(openName)}”
              </Button>
            )}
          </div>
        </header>
        {found.length > 0 && (
          <section className="gallery-drafts" aria-label="Unsaved edits">
            {shown.map((draft) => (
              <div className="draft" key={draft.id}>
                <IconHistory size={18} aria-hidden="true" />
                <p>
                  <b>{readable(draft.name)}</b>
                  <span className="weft-soft">
                    {' '}
                    has edits from {formatMoment(draft.at)} that are in no file
                    {draft.isOpenElsewhere && ', and is open in another tab'}.
                  </span>
                </p>
                <Button size="compact-sm" variant="light" onClick={() => recover(draft)}>
                  {draft.isOpenElsewhere ? 'Open a copy' : 'Recover'}
                </Button>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="gray"
                  leftSection={<IconTrash size={14} />}
                  onClick={() => discard(draft)}
                >
                  Discard
                </Button>
              </div>
            ))}
            {shown.length < found.length && (
              <Button size="compact-sm" variant="subtle" onClick={() => setAllShown(true)}>
                Show {found.length - shown.length} more
              </Button>
            )}
          </section>
        )}
        {shelves.map((shelf) => (
          <section key={shelf.title} aria-label={shelf.title}>
            <h2 className="gallery-shelf">{shelf.title}</h2>
            <div className="gallery-cards">
              {shelf.recipes.map((recipe) => (
                <RecipeCard key={recipe.fileName} recipe={recipe} files={files} />
              ))}
            </div>
          </section>
        ))}
        {shelves.length === 0 && (
          <p className="weft-soft" role="status">
            No recipe that comes with Weft has these words.
          </p>
        )}
        <p className="gallery-foot weft-soft">
          Weft is for research and teaching. It is not a medical device.
        </p>
      </div>
    </main>
  );
}

function RecipeCard({ recipe, files }: { recipe: GalleryRecipe; files: RecipeFiles }) {
  const { registry } = useEditor();
  const { document, fileName } = recipe;
  return (
    <button
      type="button"
      className="recipe-card"
      onClick={() => files.open(document, { kind: 'gallery', name: fileName })}
    >
      <span className="recipe-picture">
        <SamplePicture document={document} />
        <GraphPicture document={document} registry={registry} />
      </span>
      <span className="recipe-name">{document.name}</span>
      <span className="recipe-says">{document.description}</span>
    </button>
  );
}

function formatMoment(at: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}
