import { notifications } from '@mantine/notifications';
import type { EngineApi } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { Editor } from './editor-context';
import type { GalleryRecipe } from './gallery/recipes';
import { createRunController } from './run/run-controller';
import { createDocumentStore } from './store/document-store';
import { createRunStore } from './store/run-store';
import { createViewStore } from './store/view-store';
import { VolumeLibrary } from './viewer/volume-library';

/** Puts the stores and the controller of one page together. */
export function createEditor(parts: {
  readonly engine: EngineApi;
  readonly registry: NodeRegistry;
  readonly recipes: readonly GalleryRecipe[];
  readonly windowSize: { readonly width: number; readonly height: number };
}): Editor {
  const { engine, registry, recipes, windowSize } = parts;
  const shared = {
    engine,
    registry,
    documents: createDocumentStore(({ message, remedy }) =>
      notifications.show({ id: 'too-large', color: 'red', title: message, message: remedy }),
    ),
    runs: createRunStore(),
    views: createViewStore(windowSize),
    volumes: new VolumeLibrary(engine),
  };
  return { ...shared, recipes, controller: createRunController(shared) };
}
