import { compose, type Matrix3x4, type Vec3 } from '../../imaging/frames';
import { type Grid, voxelCount } from '../../imaging/grid';
import type { PlanesMm } from '../api/data-kinds/define-data-kind';
import { type IntensityRange, trainedIntensities } from '../api/data-kinds/network';
import { gridAttributes } from '../api/nodes/builder';
import type { Prediction, PredictionRequest } from '../api/nodes/prediction';
import type { Device } from '../devices';
import type { ValueId } from '../ir/values';
import { createFieldOps } from './field-ops';
import { worldMotion } from './motion-of-parameters';
import { networkOnDevice } from './network-on-device';
import { runProgram } from './run-program';
import type { TensorFlow } from './tensorflow';

/**
 * Asks a network for what brings two images onto each other: a displacement on the grid of the fixed one, or one map of the
 * whole image. Both are read linearly on the
 * network's own grid, the moving one through the affine, and their intensities brought to [0, 1] as it is used to them.
 * Beyond that grid its edge goes on.
 * @throws NetworkProblem where the network does not fit that grid
 * @throws DeviceFailure
 */
export async function predictTransform(
  tf: TensorFlow,
  device: Device,
  { network, fixed, moving, affine, domain, smoothVoxels, regularization }: PredictionRequest,
): Promise<Prediction> {
  const planes = [fixed, moving].map(({ planes: [plane] }) => plane ?? new Float32Array(0));
  const [seenFixed, seenMoving] = await runProgram(device, ({ graph, field, scalars }) => {
    const at = { ...gridAttributes(domain), interpolation: 'linear', outside: 'zero' } as const;
    const { builder: b } = graph;
    const smooth = (value: ValueId, sigmaVoxels: Vec3): ValueId =>
      sigmaVoxels.some((sigma) => sigma > 0)
        ? b.gaussian(
            { value },
            { sigmaVoxels, truncate: 2, edges: 'renormalize', transposed: false },
          )
        : value;
    const own = smooth(field(fixed.grid, planes.slice(0, 1)), smoothVoxels.fixed);
    const other = smooth(field(moving.grid, planes.slice(1)), smoothVoxels.moving);
    return [
      b.sample({ source: own }, at),
      b.sample({ source: other, affine: scalars([...affine]) }, at),
    ];
  });
  const { intensities } = network.domain ?? { intensities: trainedIntensities };
  const fields = createFieldOps(tf, device);
  try {
    const built = networkOnDevice(tf, fields, network, domain);
    try {
      const pair = {
        fixed: normalized(seenFixed?.[0], intensities),
        moving: normalized(seenMoving?.[0], intensities),
      };
      const found = built.affine?.(pair);
      if (found) {
        const matrix = [...(await found.data())] as unknown as Matrix3x4;
        found.dispose();
        return { affine: compose(affine, worldMotion(domain, matrix)) };
      }
      const displacement = built.displacement(pair, false, regularization);
      const vectors = (await displacement.data()) as Float32Array;
      displacement.dispose();
      const mm = worldPlanes(domain, built.axes, vectors);
      const [onFixed] = await runProgram(device, ({ graph, field }) => [
        graph.builder.sample(
          { source: field(domain, mm) },
          { ...gridAttributes(fixed.grid), interpolation: 'linear', outside: 'edge' },
        ),
      ]);
      const [x, y, z] = onFixed ?? [];
      const none = () => new Float32Array(voxelCount(fixed.grid));
      return { affine, displacementMm: [x ?? none(), y ?? none(), z ?? none()] };
    } finally {
      built.dispose();
    }
  } finally {
    fields.destroy();
  }
}

/** Intensities as the network is used to them. */
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

/** Vectors along a grid's own axes, in voxels, channels last, as planes along the world's axes, mm. */
function worldPlanes(grid: Grid, axes: readonly number[], vectors: Float32Array): PlanesMm {
  const voxels = voxelCount(grid);
  const planes: PlanesMm = [0, 1, 2].map(() => new Float32Array(voxels)) as unknown as PlanesMm;
  // A voxel's step along an axis is a column of the matrix.
  for (const [channel, axis] of axes.entries()) {
    for (const [row, plane] of planes.entries()) {
      const step = grid.worldFromVoxel[4 * row + axis] ?? 0;
      if (step === 0) continue;
      for (let i = 0; i < voxels; i += 1) {
        plane[i] = (plane[i] ?? 0) + step * (vectors[axes.length * i + channel] ?? 0);
      }
    }
  }
  return planes;
}
