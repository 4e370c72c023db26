import { describe, expect, test } from 'vitest';
import { viewerColumns } from '../../../src/editor/viewer/columns';
import type { ShownVolume } from '../../../src/editor/viewer/painter';

const volume = (name: string): ShownVolume => ({
  name,
  kind: 'image',
  data: {
    sizeVoxels: [1, 1, 1],
    worldFromVoxel: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    channels: 1,
    values: new Float32Array(1),
  },
});
const [fixed, moving, warped] = ['Fixed', 'Moving', 'Warped'].map(volume);
const nothing = { fixed, moving, warped: undefined, single: undefined, isRunning: false };
const settings = { mode: 'side-by-side', compareWith: 'warped' } as const;

describe('the panes', () => {
  test('of a registration are three before, during and after a run', () => {
    const before = viewerColumns(settings, { ...nothing, isRegistration: true });
    const after = viewerColumns(settings, { ...nothing, warped, isRegistration: true });
    const captions = ['Fixed', 'Moving', 'Warped'];
    expect(before.map(({ caption }) => caption)).toEqual(captions);
    expect(before[2]).toMatchObject({ volumes: [], waitsFor: 'Run to see it' });
    expect(after.map(({ caption }) => caption)).toEqual(captions);
  });

  test('of a recipe that registers nothing are those that there are', () => {
    const columns = viewerColumns(settings, { ...nothing, isRegistration: false });
    expect(columns.map(({ caption }) => caption)).toEqual(['Fixed', 'Moving']);
  });

  test('of an overlay compare with the moving image until there is a warped one', () => {
    const overlay = { ...settings, mode: 'overlay' } as const;
    const columns = viewerColumns(overlay, { ...nothing, isRegistration: true });
    expect(columns.map(({ caption }) => caption)).toEqual(['Fixed + Moving']);
  });

  test('of a pair that a network learns from show what was warped, in every mode', () => {
    const learning = { ...nothing, fixed: undefined, moving: undefined, warped };
    for (const mode of ['side-by-side', 'overlay', 'difference'] as const) {
      const columns = viewerColumns({ ...settings, mode }, { ...learning, isRegistration: false });
      expect(columns.map(({ caption }) => caption)).toEqual(['Warped']);
    }
  });
});
