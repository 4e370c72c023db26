import type { ViewerSettings } from '../store/view-store';
import type { ShownVolume } from './painter';

/** A column of panes: one volume, or two compared. Without any it keeps the place of what will come. */
export interface ViewerColumn {
  readonly caption: string;
  readonly volumes: readonly ShownVolume[];
  /** What is said where there is nothing to see yet. */
  readonly waitsFor: string;
}

/** The volumes that the viewer has at hand. */
export interface ViewerVolumes {
  readonly fixed: ShownVolume | undefined;
  readonly moving: ShownVolume | undefined;
  readonly warped: ShownVolume | undefined;
  readonly single: ShownVolume | undefined;
  /** True where the recipe registers something: then each of the three has its place from the start. */
  readonly isRegistration: boolean;
  readonly isRunning: boolean;
}

/** What stands side by side, as the settings say. */
export function viewerColumns(
  settings: Pick<ViewerSettings, 'mode' | 'compareWith'>,
  volumes: ViewerVolumes,
): readonly ViewerColumn[] {
  const { fixed, moving, warped, single, isRegistration, isRunning } = volumes;
  const column = (...shown: readonly (ShownVolume | undefined)[]): readonly ViewerColumn[] => {
    const here = shown.flatMap((volume) => volume ?? []);
    const caption = here.map(({ name }) => name).join(' + ');
    return here.length === 0 ? [] : [{ caption, volumes: here, waitsFor: '' }];
  };
  const place = (caption: string, volume: ShownVolume | undefined, waitsFor: string) =>
    isRegistration ? [{ caption, volumes: volume ? [volume] : [], waitsFor }] : column(volume);
  if (settings.mode === 'single') return column(single);
  if (settings.mode === 'side-by-side') {
    return [
      ...place('Fixed', fixed, 'No image yet'),
      ...place('Moving', moving, 'No image yet'),
      ...place('Warped', warped, isRunning ? 'Soon …' : 'Run to see it'),
    ];
  }
  const other = settings.compareWith === 'warped' ? (warped ?? moving) : moving;
  // Of a pair that is learned from, what became of the moving image is there alone.
  return fixed === undefined ? column(warped) : column(fixed, other);
}
