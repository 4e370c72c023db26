import { compose, type Matrix3x4 } from '../../imaging/frames';
import { type Grid, voxelCount } from '../../imaging/grid';
import type { PlanesMm } from '../api/data-kinds/define-data-kind';
import { trainedIntensities } from '../api/data-kinds/network';
import { gridAttributes } from '../api/nodes/builder';
import type { Prediction, PredictionRequest } from '../api/nodes/prediction';
import type { Device } from '../devices';
import { createFieldOps } from './field-ops';
import { worldMotion } from './motion-of-parameters';
import { networkOnDevice } from './network-on-device';
import { runProgram } from './run-program';
import { imagesSeen } from './seen-images';
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
  const { intensities } = network.domain ?? { intensities: trainedIntensities };
  const [seenFixed, seenMoving] = await imagesSeen(
    device,
    [
      { image: fixed, smoothVoxels: smoothVoxels.fixed },
      { image: moving, affine, smoothVoxels: smoothVoxels.moving },
    ],
    domain,
    intensities,
  );
  const unseen = () => new Float32Array(voxelCount(domain));
  const fields = createFieldOps(tf, device);
  try {
    const built = networkOnDevice(tf, fields, network, domain);
    try {
      const pair = { fixed: seenFixed ?? unseen(), moving: seenMoving ?? unseen() };
      const found = built.affine?.(pair);
      if (found) {
        const matrix = [...(await found.data())] as unknown as Matrix3x4;
        found.dispose();
        return { affine: compose(affine, worldMotion(domain, matrix)) };
      }
      const estimate = built.estimate(pair, { learns: false, regularization });
      const vectors = (await estimate.displacement.data()) as Float32Array;
      const weights = (await estimate.localWeight?.data()) as Float32Array | undefined;
      tf.dispose(estimate);
      const mm = worldPlanes(domain, built.axes, vectors);
      const onFixed = {
        ...gridAttributes(fixed.grid),
        interpolation: 'linear',
        outside: 'edge',
      } as const;
      const [field = [], weight = []] = await runProgram(device, ({ graph, field: planes }) =>
        [mm, ...(weights ? [[weights]] : [])].map((source) =>
          graph.builder.sample({ source: planes(domain, source) }, onFixed),
        ),
      );
      const none = () => new Float32Array(voxelCount(fixed.grid));
      const [x = none(), y = none(), z = none()] = field;
      return {
        affine,
        displacementMm: [x, y, z],
        ...(weight[0] && { localWeight: weight[0] }),
      };
    } finally {
      built.dispose();
    }
  } finally {
    fields.destroy();
  }
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
