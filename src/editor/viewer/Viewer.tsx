import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconArrowsMinimize, IconChevronDown } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Vec3 } from '../../imaging/frames';
import type { VolumeData } from '../../runtime/api/engine/engine-api';
import { useDocument, useEditor, useRun, useView, useVolumes } from '../editor-context';
import type { CompareMode } from '../store/view-store';
import { viewerColumns } from './columns';
import { createPainter, type ShownVolume } from './painter';
import { Readout } from './Readout';
import { SlicePane } from './SlicePane';
import { channelChoices, effectiveChoice, shownChannels } from './shown-channels';
import { middleMm, type PlaneName, planeNamesOf } from './slice-geometry';
import { ViewerMenu, ViewerToolbar } from './ViewerToolbar';
import { registrationVolumes, type ViewableVolume, viewableVolumes } from './volume-choice';
import { type ColourMap, guessColourMap, type VolumeRange } from './volume-range';

/** Fixed, moving and warped volumes with one crosshair; moves along while a recipe runs. */
export function Viewer() {
  const { registry, views } = useEditor();
  const library = useVolumes();
  const document = useDocument((state) => state.document);
  const inputs = useRun((state) => state.inputs);
  const result = useRun((state) => state.result);
  const isRunning = useRun((state) => state.status !== 'idle');
  const settings = useView((state) => state.viewer);
  const isMaximised = useView((state) => state.isViewerMaximised);
  const selected = useView((state) => state.selectedNodes[0]);
  const preview = library.preview;

  const sources = { document, registry, inputs, result };
  const choice = registrationVolumes(sources, preview?.nodeId ?? selected);
  const everything = viewableVolumes(sources);
  const load = (volume: ViewableVolume | undefined, name: string): ShownVolume | undefined => {
    const data = volume && library.peek(volume.handle);
    return data && { name, from: volume.nodeId, kind: volume.kind, data };
  };
  // While a network learns, a generated pair is shown, and not the images of the recipe.
  const isOfRecipe = preview === undefined || preview.nodeId === choice.nodeId;
  const fixed = isOfRecipe ? load(choice.fixed, 'Fixed') : undefined;
  const moving = isOfRecipe ? load(choice.moving, 'Moving') : undefined;
  const hasChannels = [fixed, moving].some((volume) => volume && volume.data.channels > 1);
  const warped: ShownVolume | undefined = preview
    ? {
        name: isOfRecipe ? 'Warped' : 'Warped, a validation pair',
        from: preview.nodeId,
        kind: 'image',
        data: preview,
        note: `${isRunning ? 'live' : 'where it stopped'}${hasChannels ? ', channel 0' : ''}`,
      }
    : load(choice.warped, 'Warped');
  const singleChoice = everything.find(({ id }) => id === settings.single) ?? everything.at(-1);
  const { mode } = settings;
  const single = mode === 'single' ? load(singleChoice, singleChoice?.id ?? '') : undefined;

  const atHand = (mode === 'single' ? [single] : [fixed, moving, warped]).flatMap(
    (volume) => volume ?? [],
  );
  const choices = channelChoices(
    atHand.map(({ data }) => data),
    mode,
  );
  const channel = effectiveChoice(choices, settings.channel);
  const shown = (volume: ShownVolume | undefined): ShownVolume | undefined =>
    volume && shownChannels(volume, channel, mode, library.channelsOf);
  const columns = viewerColumns(settings, {
    fixed: shown(fixed),
    moving: shown(moving),
    warped: shown(warped),
    single: withLegend(shown(single), library.rangeOf),
    isRegistration: isOfRecipe && choice.nodeId !== undefined,
    isRunning,
  });
  const reference =
    settings.mode === 'single'
      ? single?.data
      : (fixed?.data ?? columns.find(({ volumes }) => volumes[0])?.volumes[0]?.data);

  const possible = useMemo(() => (reference ? planeNamesOf(reference) : []), [reference]);
  const wished = possible.filter((plane) => settings.planes === 'all' || settings.planes === plane);
  const planes: readonly PlaneName[] = wished.length > 0 ? wished : possible.slice(0, 1);
  const crosshairMm: Vec3 = settings.crosshairMm ?? (reference ? middleMm(reference) : [0, 0, 0]);
  const painters = columns.map(({ volumes }) =>
    createPainter(volumes, reference, settings, library.rangeOf),
  );

  return (
    <section className="viewer" aria-label="Viewer">
      <div className="viewer-bar">
        <ViewerToolbar
          planes={possible}
          volumes={everything}
          single={singleChoice?.id}
          channels={choices}
          channel={channel}
        />
        <ViewerMenu />
        <Tooltip label={isMaximised ? 'Back to the graph (Esc)' : 'Fill the page (V)'}>
          <ActionIcon
            aria-label={isMaximised ? 'Make the viewer small' : 'Make the viewer large'}
            onClick={() => views.set({ isViewerMaximised: !isMaximised })}
          >
            {isMaximised ? <IconArrowsMinimize size={17} /> : <IconArrowsMaximize size={17} />}
          </ActionIcon>
        </Tooltip>
        {!isMaximised && (
          <Tooltip label="Hide viewer and results">
            <ActionIcon
              aria-label="Hide viewer and results"
              onClick={() => views.set({ isDrawerOpen: false })}
            >
              <IconChevronDown size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {reference === undefined ? (
        <EmptyViewer isRunning={isRunning} />
      ) : (
        <div
          className="viewer-panes"
          style={
            columns.length === 1
              ? { gridTemplateColumns: `repeat(${planes.length}, minmax(0, 1fr))` }
              : {
                  gridTemplateColumns: `repeat(${columns.length}, minmax(0, 1fr))`,
                  gridTemplateRows: `repeat(${planes.length}, minmax(0, 1fr))`,
                }
          }
        >
          {planes.flatMap((plane) =>
            columns.map(({ caption, volumes, waitsFor }, column) => (
              <SlicePane
                key={`${plane} ${caption}`}
                reference={reference}
                plane={plane}
                crosshairMm={crosshairMm}
                zoom={settings.zoom}
                panMm={settings.panMm}
                caption={caption}
                from={fromNodes(volumes, settings.mode)}
                note={volumes.find(({ note }) => note)?.note}
                waitsFor={volumes.length === 0 ? waitsFor : undefined}
                paint={painters[column] ?? noPaint}
                onCrosshair={(pointMm) => views.setViewer({ crosshairMm: pointMm })}
                onZoom={(factor) =>
                  views.setViewer({ zoom: Math.min(20, Math.max(0.5, settings.zoom * factor)) })
                }
                onPan={([x, y]) =>
                  views.setViewer({ panMm: [settings.panMm[0] + x, settings.panMm[1] + y] })
                }
                onWindow={(width, level) =>
                  views.setViewer({
                    windowWidth: Math.min(5, Math.max(0.05, settings.windowWidth * width)),
                    windowLevel: settings.windowLevel + level,
                  })
                }
                onReset={() =>
                  views.setViewer({ zoom: 1, panMm: [0, 0], windowWidth: 1, windowLevel: 0 })
                }
              />
            )),
          )}
        </div>
      )}
      {reference && <Readout pointMm={crosshairMm} volumes={atHand} />}
    </section>
  );
}

/** What the colours of a map mean. */
const legends: Readonly<Record<ColourMap, string | undefined>> = {
  grey: undefined,
  labels: 'one colour a label',
  'about-zero': 'blue below 0, orange above',
  'about-one': 'blue shrinks, orange grows, yellow is folded',
};

function withLegend(
  volume: ShownVolume | undefined,
  rangeOf: (data: VolumeData) => VolumeRange,
): ShownVolume | undefined {
  const legend =
    volume && !volume.colours && legends[guessColourMap(volume.kind, rangeOf(volume.data))];
  if (!volume || !legend) return volume;
  return { ...volume, note: volume.note === undefined ? legend : `${volume.note}, ${legend}` };
}

function noPaint(): void {}

/** The nodes that gave what a pane shows; alone, a volume bears its node's name already. */
function fromNodes(volumes: readonly ShownVolume[], mode: CompareMode): string | undefined {
  const nodeIds = volumes.flatMap(({ from }) => from ?? []);
  return mode === 'single' || nodeIds.length === 0 ? undefined : nodeIds.join(' + ');
}

function EmptyViewer({ isRunning }: { isRunning: boolean }) {
  const hasLoaders = useRun((state) => Object.keys(state.inputs).length > 0);
  const isOpening = useRun((state) =>
    Object.values(state.inputs).some((input) => input.state === 'opening'),
  );
  return (
    <div className="viewer-empty">
      {isOpening || isRunning ? (
        <p data-busy="true">Preparing the images …</p>
      ) : hasLoaders ? (
        <p>The images of this recipe are not here yet. Drop NIfTI files onto the loaders.</p>
      ) : (
        <p>Images appear here as soon as the recipe loads some.</p>
      )}
    </div>
  );
}
