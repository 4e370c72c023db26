import { notifications } from '@mantine/notifications';
import type { EngineApi } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { Editor } from './editor-context';
import { type EngineLife, lastingLife } from './engine-life';
import { browserDrafts } from './files/draft-storage';
import { createDrafts, type Drafts } from './files/drafts';
import { browserTabs } from './files/open-tabs';
import type { GalleryRecipe } from './gallery/recipes';
import { sayEngineLost } from './notices/engine-lost';
import { createRunController } from './run/run-controller';
import { createDocumentStore } from './store/document-store';
import { createNodeMarks } from './store/node-marks';
import { createRunStore } from './store/run-store';
import { createViewStore } from './store/view-store';
import { VolumeLibrary } from './viewer/volume-library';

/** Puts the stores and the controller of one page together. */
export function createEditor(parts: {
  readonly engine: EngineApi;
  /** Left out, the engine lives as long as the page. */
  readonly life?: EngineLife;
  readonly registry: NodeRegistry;
  readonly recipes: readonly GalleryRecipe[];
  readonly windowSize: { readonly width: number; readonly height: number };
}): Editor {
  const { engine, life = lastingLife, registry, recipes, windowSize } = parts;
  life.onLost(sayEngineLost);
  const shared = {
    engine,
    life,
    registry,
    documents: createDocumentStore(({ message, remedy }) =>
      notifications.show({ id: 'too-large', color: 'red', title: message, message: remedy }),
    ),
    runs: createRunStore(),
    views: createViewStore(windowSize),
    volumes: new VolumeLibrary(engine),
  };
  const drafts: Drafts = createDrafts(shared.documents, {
    storage: browserDrafts(() => drafts.writeAgain()),
    tabs: browserTabs(),
  });
  const nodeMarks = createNodeMarks(shared.documents, shared.runs);
  return { ...shared, drafts, nodeMarks, recipes, controller: createRunController(shared) };
}
