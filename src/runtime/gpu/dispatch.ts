/** Numbers of workgroups along x and y. */
export type Dispatch = readonly [x: number, y: number];

/**
 * Workgroups for `threads` invocations, spread over two dimensions where one is not enough.
 * `weft_index` gives the linear index; invocations beyond `threads` must do nothing.
 * @param maxPerDimension the device's `maxComputeWorkgroupsPerDimension`
 */
export function dispatchFor(
  threads: number,
  workgroupSize: number,
  maxPerDimension: number,
): Dispatch {
  const groups = Math.max(1, Math.ceil(threads / workgroupSize));
  const rows = Math.ceil(groups / maxPerDimension);
  return [Math.ceil(groups / rows), rows];
}
