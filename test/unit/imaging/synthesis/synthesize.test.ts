import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../../src/imaging/frames';
import { exactExp, exactLog } from '../../../../src/imaging/synthesis/exact-functions';
import { headLabelCount } from '../../../../src/imaging/synthesis/label-head';
import {
  brainSettings,
  defaultSettings,
  type LabelSource,
  type SynthesisSettings,
  weightedHeadSettings,
} from '../../../../src/imaging/synthesis/settings';
import { addSmoothNoise } from '../../../../src/imaging/synthesis/smooth-noise';
import { createSynthesizer, synthesizePair } from '../../../../src/imaging/synthesis/synthesize';
import {
  checksum,
  diceThroughTruth,
  isWithinUnit,
  leastJacobian,
  meanWithin,
  pairChecksum,
  shareFoundNearTruth,
} from './pair-facts';

const sources: readonly LabelSource[] = ['shapes', 'tubes', 'head'];
const slice = settingsFor(2, [64, 72, 1], [3, 3, 1]);
const volume = settingsFor(3, [32, 36, 30], [6, 6, 6]);

function settingsFor(
  dimensions: 2 | 3,
  size: Vec3,
  spacing: Vec3,
  changes: Partial<SynthesisSettings> = {},
): SynthesisSettings {
  return { ...defaultSettings(dimensions, size, spacing), headCount: 2, ...changes };
}

describe.each(sources)('pairs of %s', (source) => {
  it.each([slice, volume])('in $dimensions-D are those of their seed, to the bit', (grid) => {
    const settings = { ...grid, labelSources: [source] };
    const synthesizer = createSynthesizer(settings);
    const first = synthesizer.pair(3);
    const other = synthesizer.pair(4);
    expect(pairChecksum(first)).toMatchSnapshot();
    expect(pairChecksum(synthesizer.pair(3))).toBe(pairChecksum(first));
    expect(pairChecksum(synthesizePair(settings, 3))).toBe(pairChecksum(first));
    expect(checksum(other.fixed)).not.toBe(checksum(first.fixed));
    expect(checksum(other.fixedLabels)).not.toBe(checksum(first.fixedLabels));
    expect(checksum(first.fixed)).not.toBe(checksum(first.moving));
  });

  it.each([slice, volume])(
    'in $dimensions-D agree through their truth, which does not fold',
    (grid) => {
      const settings = { ...grid, labelSources: [source] };
      const synthesizer = createSynthesizer(settings);
      for (let seed = 1; seed <= 4; seed += 1) {
        const pair = synthesizer.pair(seed);
        expect(pair.truthVoxels?.length).toBe(settings.dimensions);
        expect(leastJacobian(pair)).toBeGreaterThan(0);
        expect(shareFoundNearTruth(pair)).toBeGreaterThan(0.98);
        expect(isWithinUnit(pair.fixed) && isWithinUnit(pair.moving)).toBe(true);
        expect(Math.max(...pair.fixedLabels)).toBeLessThan(pair.labelCount);
      }
    },
  );
});

it.each([slice, volume])('large labels agree through the truth in $dimensions-D', (grid) => {
  const settings = { ...grid, labelCount: 4, shapeEveryVoxels: 24, blurVoxels: 0 };
  for (let seed = 1; seed <= 4; seed += 1) {
    const dice = diceThroughTruth(synthesizePair(settings, seed), 0.1);
    expect(dice.length).toBeGreaterThan(0);
    expect(Math.min(...dice)).toBeGreaterThan(0.9);
  }
});

describe('what is aligned with the fixed image', () => {
  const still = {
    noiseStds: [0, 0] as const,
    ...{ blurVoxels: 0, biasStd: 0, gammaStd: 0 },
  };

  it.each(['same', 'other'] as const)(
    'shows its labels in the contrast of the moving one: %s',
    (contrast) => {
      const pair = synthesizePair({ ...slice, ...still, contrast }, 2);
      const aligned = pair.aligned();
      expect(pair.aligned()).toEqual(aligned);
      const brightness = (labels: Uint32Array, image: Float32Array) =>
        Array.from({ length: pair.labelCount }, (_, label) => meanWithin(image, labels, label));
      const [ofMoving, ofAligned, ofFixed] = [
        brightness(pair.movingLabels, pair.moving),
        brightness(pair.fixedLabels, aligned),
        brightness(pair.fixedLabels, pair.fixed),
      ];
      const known = ofMoving.flatMap((value, label) =>
        Number.isFinite(value) && Number.isFinite(ofAligned[label]) ? [label] : [],
      );
      expect(known.length).toBeGreaterThan(4);
      for (const label of known) expect(ofAligned[label]).toBeCloseTo(ofMoving[label]!, 2);
      const differs = known.some((label) => Math.abs(ofAligned[label]! - ofFixed[label]!) > 0.1);
      expect(differs).toBe(contrast === 'other');
    },
  );

  it('has noise of its own', () => {
    const pair = synthesizePair({ ...slice, contrast: 'same' }, 2);
    const apart = pair.aligned().map((value, voxel) => Math.abs(value - pair.fixed[voxel]!));
    expect(apart.reduce((a, b) => a + b) / apart.length).toBeGreaterThan(0.01);
  });
});

describe('T1- and T2-weighted heads', () => {
  const weighted = { ...weightedHeadSettings(2, [64, 72, 1], [3, 3, 1]), headCount: 2 };
  const [cortex, white, fluid] = [1, 3, 27];

  it('have dark fluid and bright white matter, and the other way round', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const { fixed, fixedLabels, moving, movingLabels } = synthesizePair(weighted, seed);
      const [f1, g1, w1] = [fluid, cortex, white].map((l) => meanWithin(fixed, fixedLabels, l));
      const [f2, g2, w2] = [fluid, cortex, white].map((l) => meanWithin(moving, movingLabels, l));
      expect(f1!).toBeLessThan(g1!);
      expect(g1!).toBeLessThan(w1!);
      expect(f2!).toBeGreaterThan(g2!);
      expect(g2!).toBeGreaterThan(w2!);
    }
  });

  it('are heads alone', () => {
    const shapes = { ...weighted, labelSources: ['head', 'shapes'] as const };
    expect(() => createSynthesizer(shapes)).toThrow(RangeError);
  });
});

describe('settings at their ends', () => {
  const still = {
    deformation: { stdVoxels: 0, everyVoxels: [8] },
    affine: { degrees: 0, scale: 0, shiftMm: 0 },
  };

  it('without deformation both images show the same labels, and the truth is 0', () => {
    const pair = synthesizePair({ ...slice, ...still }, 1);
    expect(pair.fixedLabels).toEqual(pair.movingLabels);
    for (const plane of pair.truthVoxels ?? []) {
      expect(Math.max(...plane.map(Math.abs))).toBeLessThan(1e-4);
    }
  });

  it('with deformation they do not', () => {
    const { fixedLabels, movingLabels } = synthesizePair(slice, 1);
    const differing = fixedLabels.filter((label, voxel) => label !== movingLabels[voxel]).length;
    expect(differing).toBeGreaterThan(0.05 * fixedLabels.length);
  });

  it.each([1, 2])('of %i labels all occur', (labelCount) => {
    for (const labelSources of [['shapes'], ['tubes']] as const) {
      const pair = synthesizePair({ ...slice, labelCount, labelSources }, 2);
      expect(new Set(pair.fixedLabels).size).toBe(labelCount);
      expect(isWithinUnit(pair.fixed)).toBe(true);
    }
  });

  it('one label without noise is an image of 0', () => {
    const plain = { labelCount: 1, noiseStds: [0, 0], biasStd: 0 } as const;
    expect(new Set(synthesizePair({ ...slice, ...plain }, 2).fixed)).toEqual(new Set([0]));
  });

  it('without noise, blur and bias a label has one intensity', () => {
    const plain = { noiseStds: [0, 0], biasStd: 0, blurVoxels: 0 } as const;
    const { fixed, fixedLabels } = synthesizePair({ ...slice, ...plain }, 5);
    const seen = new Map<number, Set<number>>();
    fixedLabels.forEach((label, voxel) => {
      seen.set(label, (seen.get(label) ?? new Set()).add(fixed[voxel]!));
    });
    expect([...seen.values()].every((intensities) => intensities.size === 1)).toBe(true);
  });

  it('odd sizes and a volume of one slice give finite pairs whose truth stays in the slice', () => {
    const pair = synthesizePair(settingsFor(3, [33, 17, 1], [2, 3, 5]), 1);
    expect(pair.truthVoxels?.[2]?.every((value) => value === 0)).toBe(true);
    expect(leastJacobian({ ...pair, truthVoxels: pair.truthVoxels!.slice(0, 2) })).toBeGreaterThan(
      0,
    );
    expect(isWithinUnit(pair.moving)).toBe(true);
    const thin = synthesizePair(settingsFor(3, [5, 1, 9], [2, 3, 5]), 1);
    expect(isWithinUnit(thin.moving)).toBe(true);
  });

  it('are refused where no pair can be made by them', () => {
    const wrong = [{ labelCount: 0 }, { labelCount: 300 }, { labelSources: [] }, { headCount: 0 }];
    for (const change of wrong)
      expect(() => createSynthesizer({ ...slice, ...change })).toThrow(RangeError);
    expect(() => createSynthesizer({ ...slice, sizeVoxels: [8, 8, 2] })).toThrow(RangeError);
  });
});

describe('contrast', () => {
  const plain = { noiseStds: [5, 5], biasStd: 0, gammaStd: 0, labelCount: 6 } as const;

  it('of its own gives most labels another intensity in the other image', () => {
    const { fixed, moving, fixedLabels, movingLabels } = synthesizePair({ ...slice, ...plain }, 1);
    const differences = [...new Set(fixedLabels)].map((label) =>
      Math.abs(meanWithin(fixed, fixedLabels, label) - meanWithin(moving, movingLabels, label)),
    );
    expect(differences.filter((difference) => difference > 0.08).length).toBeGreaterThanOrEqual(4);
  });

  it('can be had of the fixed image in the moving one too, which changes neither', () => {
    const asked = { ...slice, alsoInFixedContrast: true };
    const { movingInFixedContrast, ...pair } = synthesizePair(asked, 1);
    expect(movingInFixedContrast).toEqual(synthesizePair({ ...slice, contrast: 'same' }, 1).moving);
    expect(pairChecksum(pair)).toBe(pairChecksum(synthesizePair(slice, 1)));
    const alike = synthesizePair({ ...asked, contrast: 'same' }, 1);
    expect(alike.movingInFixedContrast).toBeUndefined();
  });

  it('of both gives all labels nearly the same', () => {
    const settings = { ...slice, ...plain, contrast: 'same', blurVoxels: 0 } as const;
    const { fixed, moving, fixedLabels, movingLabels } = synthesizePair(settings, 1);
    for (const label of new Set(fixedLabels)) {
      const mean = meanWithin(fixed, fixedLabels, label);
      expect(Math.abs(mean - meanWithin(moving, movingLabels, label))).toBeLessThan(0.05);
    }
  });
});

describe('heads', () => {
  const heads = settingsFor(2, [64, 72, 1], [3, 3, 1], { labelSources: ['head'] });

  it('stripped have no outside, and a black background', () => {
    const { fixed, fixedLabels } = synthesizePair(
      { ...heads, headStrippedShare: 1, blurVoxels: 0 },
      1,
    );
    expect(fixedLabels.every((label) => label < 28)).toBe(true);
    expect(fixed.every((value, voxel) => fixedLabels[voxel] !== 0 || value === 0)).toBe(true);
  });

  it('of two people have no known map', () => {
    const pair = synthesizePair({ ...heads, sameSubject: false }, 1);
    expect(pair.truthVoxels).toBeUndefined();
    expect(checksum(pair.fixedLabels)).not.toBe(checksum(pair.movingLabels));
  });
});

it('pairs for brains show heads, shapes and tubes', () => {
  const settings = { ...brainSettings(2, [24, 28, 1], [8, 8, 1]), headCount: 1, labelCount: 9 };
  const synthesizer = createSynthesizer(settings);
  const counts = Array.from({ length: 20 }, (_, seed) => synthesizer.pair(seed).labelCount);
  const heads = counts.filter((count) => count === headLabelCount).length;
  expect(heads).toBeGreaterThan(6);
  expect(heads).toBeLessThan(18);
});

describe('parts', () => {
  it('exponential and logarithm agree with those of the engine', () => {
    for (const x of [-20, -1.3, -0.2, 0, 0.4, 0.9, 3, 30]) {
      expect(exactExp(x) / Math.exp(x)).toBeCloseTo(1, 12);
      expect(exactLog(Math.exp(x))).toBeCloseTo(x, 12);
    }
  });

  it('smooth noise has the standard deviation that is asked for, and is smooth', () => {
    const size: Vec3 = [300, 300, 1];
    const noise = new Float32Array(300 * 300);
    addSmoothNoise(noise, size, [6, 6, 6], 2, 9);
    const std = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    const step = Math.sqrt(
      noise.reduce((sum, value, i) => sum + (i % 300 === 0 ? 0 : (value - noise[i - 1]!) ** 2), 0) /
        noise.length,
    );
    expect(Math.abs(std - 2)).toBeLessThan(0.15);
    expect(step).toBeLessThan(0.5);
  });
});
