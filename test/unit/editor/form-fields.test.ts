import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  defaultParams,
  formFields,
  listProblem,
  parseNumberList,
  variantDefaults,
} from '../../../src/editor/inspector/form-fields';
import { nodeRegistry } from '../../../src/nodes/index';
import {
  choiceParameter,
  flagParameter,
  integerListParameter,
  integerParameter,
  numberParameter,
} from '../../../src/runtime/api/nodes/parameters';

const info = (title: string) => ({ title, help: `What ${title} does.` });

describe('forms', () => {
  test('show every kind of parameter with title, help, unit, bounds and default', () => {
    const fields = formFields(
      z.object({
        step: numberParameter({
          ...info('Step'),
          unit: 'voxels',
          turnable: true,
          default: 0.25,
          min: 0,
          max: 2,
        }),
        share: numberParameter({ ...info('Share'), slider: true, default: 0.5, min: 0, max: 1 }),
        bins: integerParameter({ ...info('Bins'), advanced: true, default: 32, min: 8, max: 128 }),
        window: choiceParameter({ ...info('Window'), choices: ['box', 'gauss'], default: 'box' }),
        isFast: flagParameter({ ...info('Fast'), default: true }),
        shrink: integerListParameter({
          ...info('Shrink'),
          default: [4, 2, 1],
          min: 1,
          max: 16,
          maxLength: 8,
        }),
      }),
    );
    expect(fields).toMatchObject([
      {
        name: 'step',
        kind: 'number',
        isWhole: false,
        min: 0,
        max: 2,
        unit: 'voxels',
        initial: 0.25,
        isTurnable: true,
      },
      { name: 'share', kind: 'number', hasSlider: true, isTurnable: false },
      { name: 'bins', kind: 'number', isWhole: true, min: 8, max: 128, isAdvanced: true },
      { name: 'window', kind: 'choice', choices: ['box', 'gauss'], help: 'What Window does.' },
      { name: 'isFast', kind: 'flag', initial: true },
      { name: 'shrink', kind: 'list', min: 1, max: 16, maxLength: 8, initial: [4, 2, 1] },
    ]);
  });

  test('know which parameter may be unset again', () => {
    const fields = formFields(nodeRegistry.get('load.image')?.params ?? z.object({}));
    expect(fields.map(({ name, isOptional }) => [name, isOptional])).toEqual([
      ['source', false],
      ['frame', true],
      ['series', true],
    ]);
  });

  test('show the sources of a loader as variants with fields of their own', () => {
    const loader = nodeRegistry.get('load.image');
    const [source] = loader ? formFields(loader.params) : [];
    if (source?.kind !== 'variant') throw new Error('A loader has a source.');
    expect(source.variants.map(({ kind }) => kind)).toEqual(['phantom', 'file', 'url']);
    const phantom = source.variants[0];
    expect(phantom && variantDefaults(phantom)).toEqual({
      kind: 'phantom',
      name: 'head-3d',
      subject: 1,
      seed: 1,
      contrast: 't1',
    });
  });

  test('miss no parameter of any node, and their defaults are accepted by the node', () => {
    for (const { type, params } of nodeRegistry.values()) {
      const defaults = defaultParams(params);
      expect(
        formFields(params)
          .filter(({ initial }) => initial !== undefined)
          .map(({ name }) => name),
        type,
      ).toEqual(Object.keys(defaults));
      expect(params.safeParse(defaults).success, type).toBe(true);
    }
  });
});

describe('lists of whole numbers', () => {
  const field = {
    kind: 'list',
    name: 'shrink',
    title: '',
    help: '',
    isTurnable: false,
    isAdvanced: false,
    isOptional: false,
    initial: undefined,
    min: 1,
    max: 16,
    maxLength: 3,
  } as const;

  test('are read with spaces, commas or crosses', () => {
    expect(parseNumberList('4, 2 1')).toEqual([4, 2, 1]);
    expect(parseNumberList('4×2x1')).toEqual([4, 2, 1]);
    expect(parseNumberList('4 two')).toBeUndefined();
    expect(parseNumberList('')).toBeUndefined();
  });

  test('say why they are not taken', () => {
    expect(listProblem(field, [4, 2, 1])).toBeUndefined();
    expect(listProblem(field, [4, 17])).toBe('17 is not between 1 and 16.');
    expect(listProblem(field, [1, 1, 1, 1])).toBe('At most 3 numbers.');
    expect(listProblem(field, undefined)).toContain('whole numbers');
  });
});
