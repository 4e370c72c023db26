import type { Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import { type IntensityRange, trainedIntensities } from '../api/data-kinds/network';
import { gridAttributes } from '../api/nodes/builder';
import type { ImageToSee } from '../api/nodes/prediction';
import type { Device } from '../devices';
import type { ValueId } from '../ir/values';
import { runProgram } from './run-program';

/**
 * Images as a network sees them: read linearly on its own grid, each through its affine, 0 beyond their border, intensities as
 * networks that are trained here know them, or as they are told. The one way in which images reach networks, so that what one learns from is what it is asked about.
 * @returns a plane for each
 * @throws DeviceFailure
 */
export async function imagesSeen(
  device: Device,
  images: readonly ImageToSee[],
  domain: Grid,
  intensities: IntensityRange = trainedIntensities,
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
  return seen.map(([plane]) => normalized(plane, intensities));
}

/** Intensities as a network is used to them. */
function normalized(plane: Float32Array | undefined, range: IntensityRange): Float32Array {
  if (!plane) return new Float32Array(0);
  if (range.method === 'none') return plane;
  const least = plane.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const above = plane.filter((value) => value > least).sort();
  const at = (percent: number): number =>
    above[Math.floor((percent / 100) * (above.length - 1))] ?? least;
  const isCut = range.method === 'percentiles';
  const low = isCut && range.lower > 0 ? at(range.lower) : least;
  const span = at(isCut ? range.upper : 100) - low;
  return plane.map((value) => (span > 0 ? Math.min(1, Math.max(0, (value - low) / span)) : 0));
}
