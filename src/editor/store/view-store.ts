import { createStore } from 'zustand/vanilla';
import type { Vec3 } from '../../imaging/frames';
import type { CompileRequest } from '../../runtime/api/engine/engine-api';

/** How several volumes are shown together. */
export type CompareMode =
  | 'side-by-side'
  | 'overlay'
  | 'colours'
  | 'checkerboard'
  | 'difference'
  | 'single';

/** Which planes the viewer cuts. */
export type PlaneChoice = 'all' | 'axial' | 'coronal' | 'sagittal';

/** One channel, counted from 0; or red, green and blue from three of them, where there are as many. */
export type ChannelChoice = number | 'colour';

/** Tabs beside the viewer. */
export type RunTab = 'curves' | 'metrics' | 'problems' | 'plan' | 'files';

/** What the viewer shows, and how. */
export interface ViewerSettings {
  readonly mode: CompareMode;
  readonly planes: PlaneChoice;
  /** What the overlay, the colours, the checkerboard and the difference compare fixed with. */
  readonly compareWith: 'moving' | 'warped';
  /** Opacity of the compared volume over the fixed one, 0 to 1. */
  readonly opacity: number;
  readonly checkerSizeMm: number;
  readonly isInterpolated: boolean;
  /** World point under the crosshair; undefined: the middle of the fixed volume. */
  readonly crosshairMm: Vec3 | undefined;
  readonly zoom: number;
  /** Shift of the picture in mm along the pane's right and down. */
  readonly panMm: readonly [number, number];
  /** Output shown alone in mode `single`, as `node.port`. */
  readonly single: string | undefined;
  /** What is shown of images of several channels: colours where it can be, else the first, unless chosen. */
  readonly channel: ChannelChoice;
  /** Brightness: width of the grey window relative to the volume's own, and its shift. */
  readonly windowWidth: number;
  readonly windowLevel: number;
}

/** What is selected, opened and how large; never saved in a recipe. */
export interface ViewState {
  readonly selectedNodes: readonly string[];
  readonly selectedEdges: readonly string[];
  readonly isPaletteOpen: boolean;
  readonly isInspectorOpen: boolean;
  readonly isDrawerOpen: boolean;
  readonly drawerHeight: number;
  readonly isViewerMaximised: boolean;
  readonly isHelpOpen: boolean;
  readonly runTab: RunTab;
  readonly device: CompileRequest['device'];
  readonly viewer: ViewerSettings;
  /** Bumped to ask the canvas to bring a node into view. */
  readonly focus: { readonly nodeId: string; readonly count: number } | undefined;
}

/** Up to this width in pixels, as in the style sheets, there is no room beside the canvas. */
export const narrowWindow = 1180;

/** The viewer before anyone has touched it. */
export const initialViewer: ViewerSettings = {
  mode: 'side-by-side',
  planes: 'axial',
  compareWith: 'warped',
  opacity: 0.5,
  checkerSizeMm: 16,
  isInterpolated: true,
  crosshairMm: undefined,
  zoom: 1,
  panMm: [0, 0],
  single: undefined,
  channel: 'colour',
  windowWidth: 1,
  windowLevel: 0,
};

/** Creates the view store; the size of the window decides what is open at the start. */
export function createViewStore(windowSize: { readonly width: number; readonly height: number }) {
  const store = createStore<ViewState>()(() => ({
    selectedNodes: [],
    selectedEdges: [],
    isPaletteOpen: windowSize.width >= 1700,
    isInspectorOpen: windowSize.width > narrowWindow,
    isDrawerOpen: true,
    drawerHeight: Math.round(windowSize.height * 0.4),
    isViewerMaximised: false,
    isHelpOpen: false,
    runTab: 'curves',
    device: 'auto',
    viewer: initialViewer,
    focus: undefined,
  }));
  return {
    store,
    set: (change: Partial<ViewState>) => store.setState(change),
    setViewer: (change: Partial<ViewerSettings>) =>
      store.setState(({ viewer }) => ({ viewer: { ...viewer, ...change } })),
    select: (nodeIds: readonly string[]) =>
      store.setState({ selectedNodes: nodeIds, selectedEdges: [] }),
    /** Selects a node and asks the canvas to show it. */
    focusNode: (nodeId: string) =>
      store.setState(({ focus }) => ({
        selectedNodes: [nodeId],
        selectedEdges: [],
        isInspectorOpen: true,
        isViewerMaximised: false,
        focus: { nodeId, count: (focus?.count ?? 0) + 1 },
      })),
  };
}

export type ViewStore = ReturnType<typeof createViewStore>;
