import type { Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import { gridAttributes } from '../api/nodes/builder';
import type { ImageToSee } from '../api/nodes/prediction';
import type { Device } from '../devices';
import type { ValueId } from '../ir/values';
import { runProgram } from './run-program';

/**
 * Images as a network sees them: read linearly on its own grid, each through its affine, 0 beyond their border, intensities within
 * [0, 1]. The one way in which images reach networks, so that what one learns from is what it is asked about.
 * @returns a plane for each
 * @throws DeviceFailure
 */
export async function imagesSeen(
  device: Device,
  images: readonly ImageToSee[],
  domain: Grid,
): Promise<readonly Float32Array[]> {
  const seen = await runProgram(device, ({ graph, field, scalars }) => {
    const at = { ...gridAttributes(domain), interpolation: 'linear', outside: 'zero' } as const;
    const { builder: b } = graph;
    const smooth = (value: ValueId, sigmaVoxels: Vec3): ValueId =>
      sigmaVoxels.some((sigma) => sigma > 0)
        ? b.gaussian(
            { value },
            { sigmaVoxels, truncate: 2, edges: 'renormalize', transposed: false },
          )
        : value;
    return images.map(({ image, affine, smoothVoxels }) => {
      const plane = image.planes[0] ?? new Float32Array(0);
      const source = smooth(field(image.grid, [plane]), smoothVoxels);
      return b.sample({ source, ...(affine && { affine: scalars([...affine]) }) }, at);
    });
  });
  return seen.map(([plane]) => normalized(plane));
}

/** Intensities from the least to the 99th percentile of those above it, as [0, 1]; beyond it 1. */
function normalized(plane: Float32Array | undefined): Float32Array {
  if (!plane) return new Float32Array(0);
  const least = plane.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const above = plane.filter((value) => value > least).sort();
  const most = above[Math.floor(0.99 * (above.length - 1))] ?? least;
  const range = most - least;
  return plane.map((value) => (range > 0 ? Math.min(1, (value - least) / range) : 0));
}
