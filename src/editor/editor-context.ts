import { createContext, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { EngineApi } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { GalleryRecipe } from './gallery/recipes';
import type { RunController } from './run/run-controller';
import type { DocumentState, DocumentStore } from './store/document-store';
import type { RunState, RunStore } from './store/run-store';
import type { ViewState, ViewStore } from './store/view-store';
import type { VolumeLibrary } from './viewer/volume-library';

/** Everything that the parts of the page share. */
export interface Editor {
  readonly engine: EngineApi;
  readonly registry: NodeRegistry;
  readonly recipes: readonly GalleryRecipe[];
  readonly documents: DocumentStore;
  readonly runs: RunStore;
  readonly views: ViewStore;
  readonly volumes: VolumeLibrary;
  readonly controller: RunController;
}

/** Carries the editor to its components. */
export const EditorContext = createContext<Editor | undefined>(undefined);

/** The editor that a component belongs to. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === undefined) throw new Error('A component of the editor stands outside of it.');
  return editor;
}

/** A part of the document store; draws again only when that part changes. */
export function useDocument<Part>(select: (state: DocumentState) => Part): Part {
  return useStore(useEditor().documents.store, select);
}

/** A part of the run store. */
export function useRun<Part>(select: (state: RunState) => Part): Part {
  return useStore(useEditor().runs, select);
}

/** A part of the view store. */
export function useView<Part>(select: (state: ViewState) => Part): Part {
  return useStore(useEditor().views.store, select);
}

/** The library of volumes; draws again when one arrives. */
export function useVolumes(): VolumeLibrary {
  const { volumes } = useEditor();
  useSyncExternalStore(volumes.subscribe, volumes.version);
  return volumes;
}
