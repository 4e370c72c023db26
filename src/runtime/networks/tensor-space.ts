import type { Tensor } from '@tensorflow/tfjs';
import type { Size } from './field-programs';

/** How the samples of a tensor lie, channels last with a batch. */
export interface TensorSpace {
  readonly shape: number[];
  readonly batch: number;
  readonly dimensions: 2 | 3;
  readonly size: Size;
  readonly channels: number;
}

/**
 * How an image or a field lies.
 * @param what it is, for who gave something else
 * @throws RangeError where it has neither the form [batch, y, x, channel] nor [batch, z, y, x, channel]
 */
export function spaceOf({ shape }: Tensor, what: string): TensorSpace {
  const space = shape.slice(1, -1);
  const [x, y, z = 1] = [...space].reverse();
  if ((space.length !== 2 && space.length !== 3) || x === undefined || y === undefined) {
    throw new RangeError(
      `The ${what} has shape [${shape}], not [batch, y, x, channel] or [batch, z, y, x, channel].`,
    );
  }
  return {
    shape: [...shape],
    batch: shape[0] as number,
    dimensions: space.length,
    size: [x, y, z],
    channels: shape.at(-1) as number,
  };
}

/**
 * How a vector field lies.
 * @throws RangeError as `spaceOf`, and where there is not a channel for each dimension
 */
export function vectorSpaceOf(tensor: Tensor, what: string): TensorSpace {
  const space = spaceOf(tensor, what);
  if (space.channels === space.dimensions) return space;
  throw new RangeError(
    `The ${what} has shape [${space.shape}]: ${space.channels} channels for ${space.dimensions} dimensions.`,
  );
}

/** @throws RangeError where two values do not have the same samples, or not as many in a batch */
export function requireSameSamples(a: TensorSpace, b: TensorSpace, names: string): void {
  const [ofA, ofB] = [a, b].map(({ shape }) => shape.slice(0, -1).join());
  if (ofA === ofB) return;
  throw new RangeError(`The ${names} have shapes [${a.shape}] and [${b.shape}].`);
}

/**
 * A space with another number of samples.
 * @param sizeVoxels samples along x, y(, z)
 * @throws RangeError where these are not as many whole numbers as there are dimensions
 */
export function resized(space: TensorSpace, sizeVoxels: readonly number[]): TensorSpace {
  const isSize = sizeVoxels.every((samples) => Number.isInteger(samples) && samples > 0);
  const [x, y, z = 1] = sizeVoxels;
  if (!isSize || sizeVoxels.length !== space.dimensions || x === undefined || y === undefined) {
    throw new RangeError(
      `[${sizeVoxels}] is no number of samples in ${space.dimensions} dimensions.`,
    );
  }
  return {
    ...space,
    size: [x, y, z],
    shape: [space.batch, ...[...sizeVoxels].reverse(), space.channels],
  };
}
