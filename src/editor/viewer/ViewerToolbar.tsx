import { ActionIcon, Menu, SegmentedControl, Select, Slider, Tooltip } from '@mantine/core';
import { IconAdjustments, IconCheck, IconFocusCentered } from '@tabler/icons-react';
import { useEditor, useView } from '../editor-context';
import type { ChannelChoice, CompareMode, PlaneChoice } from '../store/view-store';
import type { PlaneName } from './slice-geometry';
import type { ViewableVolume } from './volume-choice';

const modes: readonly { readonly value: CompareMode; readonly label: string }[] = [
  { value: 'side-by-side', label: 'Side by side' },
  { value: 'overlay', label: 'Overlay' },
  { value: 'colours', label: 'Colours' },
  { value: 'checkerboard', label: 'Checker' },
  { value: 'difference', label: 'Difference' },
  { value: 'single', label: 'Single' },
];

const planeLabels: Readonly<Record<PlaneChoice, string>> = {
  all: 'All',
  axial: 'Axial',
  coronal: 'Cor',
  sagittal: 'Sag',
};

/** How the viewer compares, and which planes it cuts. */
export function ViewerToolbar(props: {
  planes: readonly PlaneName[];
  volumes: readonly ViewableVolume[];
  single: string | undefined;
  channels: readonly ChannelChoice[];
  channel: ChannelChoice;
}) {
  const { views } = useEditor();
  const settings = useView((state) => state.viewer);
  const hasSlider = settings.mode === 'overlay' || settings.mode === 'colours';
  return (
    <div className="viewer-tools">
      <SegmentedControl
        size="xs"
        aria-label="How volumes are compared"
        value={settings.mode}
        data={[...modes]}
        onChange={(value) => views.setViewer({ mode: value as CompareMode })}
      />
      {hasSlider && (
        <div className="viewer-slider">
          <span>fixed</span>
          <Slider
            size="sm"
            min={0}
            max={1}
            step={0.01}
            label={null}
            thumbLabel={`Opacity of ${settings.compareWith} over fixed`}
            value={settings.opacity}
            onChange={(opacity) => views.setViewer({ opacity })}
          />
          <span>{settings.compareWith}</span>
        </div>
      )}
      {settings.mode === 'checkerboard' && (
        <div className="viewer-slider">
          <span>fields</span>
          <Slider
            size="sm"
            min={4}
            max={48}
            step={1}
            label={(value) => `${value} mm`}
            thumbLabel="Size of the fields in mm"
            value={settings.checkerSizeMm}
            onChange={(checkerSizeMm) => views.setViewer({ checkerSizeMm })}
          />
        </div>
      )}
      {settings.mode === 'single' && (
        <Select
          size="xs"
          w={190}
          aria-label="Volume"
          placeholder="No volume yet"
          value={props.single ?? null}
          data={props.volumes.map(({ id }) => id)}
          allowDeselect={false}
          onChange={(single) => views.setViewer({ single: single ?? undefined })}
        />
      )}
      {props.channels.length > 0 && (
        <Select
          size="xs"
          w={118}
          aria-label="Channel"
          value={String(props.channel)}
          data={props.channels.map((choice) => ({
            value: String(choice),
            label: choice === 'colour' ? 'Colour' : `Channel ${choice}`,
          }))}
          allowDeselect={false}
          onChange={(value) =>
            views.setViewer({ channel: value === 'colour' ? 'colour' : Number(value) })
          }
        />
      )}
      <span className="viewer-space" />
      {props.planes.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label="Planes"
          value={settings.planes}
          data={(['all', ...props.planes] as const).map((value) => ({
            value,
            label: planeLabels[value],
          }))}
          onChange={(value) => views.setViewer({ planes: value as PlaneChoice })}
        />
      )}
    </div>
  );
}

/** What is set rarely. */
export function ViewerMenu() {
  const { views } = useEditor();
  const settings = useView((state) => state.viewer);
  const comparesTwo = settings.mode !== 'side-by-side' && settings.mode !== 'single';
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Tooltip label="More settings">
          <ActionIcon aria-label="More settings of the viewer">
            <IconAdjustments size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {comparesTwo && (
          <>
            <Menu.Label>Compare fixed with</Menu.Label>
            {(['warped', 'moving'] as const).map((which) => (
              <Menu.Item
                key={which}
                rightSection={settings.compareWith === which ? <IconCheck size={14} /> : null}
                onClick={() => views.setViewer({ compareWith: which })}
              >
                {which === 'warped' ? 'Warped (moving until there is one)' : 'Moving, as it was'}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <Menu.Item
          rightSection={settings.isInterpolated ? <IconCheck size={14} /> : null}
          onClick={() => views.setViewer({ isInterpolated: !settings.isInterpolated })}
        >
          Smooth between voxels
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFocusCentered size={15} />}
          onClick={() =>
            views.setViewer({
              zoom: 1,
              panMm: [0, 0],
              windowWidth: 1,
              windowLevel: 0,
              crosshairMm: undefined,
            })
          }
        >
          Reset view and brightness
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label className="viewer-hints">
          Click: crosshair. Wheel: slices. Ctrl wheel: zoom. Shift drag: move. Right drag:
          brightness.
        </Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
