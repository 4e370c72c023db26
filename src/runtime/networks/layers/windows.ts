import type { Tensor } from '@tensorflow/tfjs';

/** `[batch, (z,) y, x, c]` to `[batch · windows, tokens · c]`, by swaps of two axes at a time. */
export function partition(
  input: Tensor,
  size: readonly number[],
  window: readonly number[],
): Tensor {
  return swaps(size, window, input.shape.at(-1) as number).reduce(
    (current, [outer, inner, inside, within]) =>
      current.reshape([-1, outer, inner, inside, within]).transpose([0, 1, 3, 2, 4]),
    input,
  );
}

/** The inverse of `partition`. */
export function join(input: Tensor, size: readonly number[], window: readonly number[]): Tensor {
  return swaps(size, window, input.shape.at(-1) as number).reduceRight<Tensor>(
    (current, [outer, inner, inside, within]) =>
      current.reshape([-1, outer, inside, inner, within]).transpose([0, 1, 3, 2, 4]),
    input,
  );
}

/** Windows along an axis, places of a window along it, windows of the axes inside, numbers within. */
type Swap = readonly [outer: number, inner: number, inside: number, within: number];

/** Where windows of the axes inside go before places along an axis, from the innermost axis on. */
function swaps(size: readonly number[], window: readonly number[], channels: number): Swap[] {
  const found: Swap[] = [];
  let inside = 1;
  let within = channels;
  for (let axis = size.length - 1; axis >= 0; axis -= 1) {
    const [n, w] = [size[axis] as number, window[axis] as number];
    if (axis < size.length - 1) found.push([n / w, w, inside, within]);
    inside *= n / w;
    within *= w;
  }
  return found;
}
