/**
 * Copies voxels with channels last to a plane for each channel.
 * @param values voxels × channels numbers
 */
export function planesFromChannels(
  values: ArrayLike<number>,
  planes: readonly Float32Array[],
): void {
  const channels = planes.length;
  planes.forEach((plane, channel) => {
    for (let voxel = 0, from = channel; voxel < plane.length; voxel += 1, from += channels) {
      plane[voxel] = values[from] as number;
    }
  });
}

/** The reverse of `planesFromChannels`. */
export function channelsFromPlanes(planes: readonly ArrayLike<number>[]): Float32Array {
  const channels = planes.length;
  const values = new Float32Array(channels * (planes[0]?.length ?? 0));
  planes.forEach((plane, channel) => {
    for (let voxel = 0, to = channel; voxel < plane.length; voxel += 1, to += channels) {
      values[to] = plane[voxel] as number;
    }
  });
  return values;
}
