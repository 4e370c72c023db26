import { coverage } from './shapes';
import type { Contrast, Material } from './tissues';

/**
 * One voxel being painted, outermost tissue first.
 *
 * Each layer covers the ones below by the share of the voxel that it fills, which gives the soft
 * edges of partial volume; the label is that of the last layer that fills half of the voxel.
 */
export class VoxelPainter {
  readonly #contrast: Contrast;
  readonly #widthMm: number;
  #isLeft = true;
  intensity = 0;
  label = 0;

  constructor(contrast: Contrast, widthMm: number) {
    this.#contrast = contrast;
    this.#widthMm = widthMm;
  }

  get widthMm(): number {
    return this.#widthMm;
  }

  /** Starts a voxel whose `x` in mm says which side of the head it is on. */
  begin(x: number, background: Material): void {
    this.#isLeft = x < 0;
    this.intensity = background[this.#contrast];
    this.label = 0;
  }

  /** Paints the inside of a surface. */
  fill(material: Material, signedDistanceMm: number): void {
    if (signedDistanceMm < this.#widthMm * 0.5) {
      this.cover(material, coverage(signedDistanceMm, this.#widthMm));
    }
  }

  /** Paints a share of the voxel, between 0 and 1. */
  cover(material: Material, share: number): void {
    this.intensity += share * (material[this.#contrast] - this.intensity);
    if (share >= 0.5) this.label = this.#isLeft ? material.leftLabel : material.rightLabel;
  }
}
