import { describe, expect, it } from 'vitest';
import { augment, mildAugmentation } from '../../../../src/imaging/synthesis/augment';
import { defaultSettings } from '../../../../src/imaging/synthesis/settings';
import { type SyntheticPair, synthesizePair } from '../../../../src/imaging/synthesis/synthesize';
import {
  checksum,
  diceThroughTruth,
  isWithinUnit,
  leastJacobian,
  pairChecksum,
} from './pair-facts';

const still = {
  affine: { degrees: 0, scale: 0, shiftMm: 0 },
  deformation: { stdVoxels: 0, everyVoxels: [8] },
};
const unaltered = { blurVoxels: 0, gammaStd: 0, biasStd: 0, noiseStd: 0 };

function pairOf(dimensions: 2 | 3): SyntheticPair {
  const settings =
    dimensions === 2
      ? defaultSettings(2, [64, 72, 1], [2, 2, 1])
      : defaultSettings(3, [28, 24, 26], [5, 5, 5]);
  return synthesizePair({ ...settings, labelCount: 4, shapeEveryVoxels: 20 }, 3);
}

describe.each([2, 3] as const)('augmentation in %i-D', (dimensions) => {
  const pair = pairOf(dimensions);

  it.each([false, true])('composes the known map (together: %s)', (movesTogether) => {
    const settings = { ...mildAugmentation, movesTogether, flipAxes: [0, 1] as const };
    for (let seed = 1; seed <= 2; seed += 1) {
      const altered = { ...pair, ...augment(pair, settings, seed) };
      expect(checksum(altered.fixedLabels)).not.toBe(checksum(pair.fixedLabels));
      expect(checksum(...altered.truthVoxels!)).not.toBe(checksum(...pair.truthVoxels!));
      expect(leastJacobian(altered)).toBeGreaterThan(0);
      expect(Math.min(...diceThroughTruth(altered, 0.1))).toBeGreaterThan(0.88);
      expect(isWithinUnit(altered.fixed) && isWithinUnit(altered.moving)).toBe(true);
    }
  });

  it('is that of its seed, and leaves what it is given', () => {
    const before = pairChecksum(pair);
    const altered = { ...pair, ...augment(pair, mildAugmentation, 7) };
    expect(pairChecksum({ ...pair, ...augment(pair, mildAugmentation, 7) })).toBe(
      pairChecksum(altered),
    );
    expect(checksum(augment(pair, mildAugmentation, 8).fixed)).not.toBe(checksum(altered.fixed));
    expect(pairChecksum(pair)).toBe(before);
    expect(pairChecksum(altered)).toMatchSnapshot();
  });

  it('that moves nothing keeps map and labels, and that changes nothing all', () => {
    const shaded = augment(pair, { ...mildAugmentation, ...still }, 2);
    expect(shaded.truthVoxels).toBe(pair.truthVoxels);
    expect(shaded.fixedLabels).toBe(pair.fixedLabels);
    expect(checksum(shaded.fixed)).not.toBe(checksum(pair.fixed));
    const same = augment(pair, { ...mildAugmentation, ...still, ...unaltered }, 2);
    expect(same.fixed).toEqual(pair.fixed);
  });

  it('turns both images round together', () => {
    const settings = { ...mildAugmentation, ...still, ...unaltered, flipAxes: [0] as const };
    const nx = pair.grid.sizeVoxels[0];
    const flipped = pair.fixed.map((_, voxel) => pair.fixed[voxel - 2 * (voxel % nx) + nx - 1]!);
    const seen = [1, 2, 3, 4].map((seed) => augment(pair, settings, seed).fixed);
    expect(seen.some((image) => checksum(image) === checksum(flipped))).toBe(true);
    expect(seen.some((image) => checksum(image) === checksum(pair.fixed))).toBe(true);
  });

  it('treats the moving image in the other contrast as the moving image', () => {
    const { movingInFixedContrast, moving } = augment(
      { ...pair, movingInFixedContrast: pair.moving },
      mildAugmentation,
      4,
    );
    expect(movingInFixedContrast).toEqual(moving);
  });

  it('blurs as far as it is told, and no mean changes', () => {
    const settings = { ...mildAugmentation, ...still, ...unaltered, blurVoxels: 2 };
    const { fixed, moving } = augment(pair, settings, 3);
    const sum = (image: Float32Array) => image.reduce((total, value) => total + value, 0);
    const roughness = (image: Float32Array) =>
      image.reduce((total, value, i) => total + Math.abs(value - (image[i - 1] ?? value)), 0);
    expect(roughness(fixed)).toBeLessThan(0.8 * roughness(pair.fixed));
    expect(Math.abs(sum(moving) / sum(pair.moving) - 1)).toBeLessThan(0.05);
  });

  it('needs neither labels nor a known map', () => {
    const { grid, fixed, moving } = pair;
    const altered = augment({ grid, fixed, moving }, mildAugmentation, 1);
    expect(Object.keys(altered).sort()).toEqual(['fixed', 'grid', 'moving']);
  });
});
