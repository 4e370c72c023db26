import {
  compose,
  identityMatrix,
  invertMatrix,
  type Matrix3x4,
  type MovingWorldFromFixedWorld,
  multiplyMatrices,
} from '../../imaging/frames';
import { deriveSeed, uniformStream } from '../../imaging/phantoms/random';
import { trainedIntensities } from '../api/data-kinds/network';
import type { FollowedAgent, FollowRequest } from '../api/nodes/prediction';
import type { Device } from '../devices';
import { movedImage } from './agents/moved-image';
import { rigidSteps } from './agents/rigid-steps';
import { type RollOut, rollOut } from './agents/roll-out';
import { agentSettings, judgementsOf } from './agents/states';
import { createFieldOps } from './field-ops';
import { modelOnDevice } from './model-on-device';
import { worldMotion } from './motion-of-parameters';
import { imagesSeen } from './seen-images';
import type { TensorFlow } from './tensorflow';

/**
 * Follows an agent from several starts: from how the images lie, and from motions within a range. Of the walks that came to rest, or of
 * all where none did, the one counts at whose end least is left to gain.
 * @throws NetworkProblem where the network is no agent, or does not fit the grid
 * @throws DeviceFailure
 */
export async function followAgent(
  tf: TensorFlow,
  device: Device,
  request: FollowRequest,
): Promise<FollowedAgent> {
  const { network, domain, reach, affine, rollOuts, range, seed, mostSteps } = request;
  const { intensities } = network.domain ?? { intensities: trainedIntensities };
  const see = async (part: 'fixed' | 'moving', grid: typeof domain): Promise<Float32Array> => {
    const image = { image: request[part], smoothVoxels: request.smoothVoxels[part] };
    const seen = part === 'moving' ? { ...image, affine } : image;
    return (await imagesSeen(device, [seen], grid, intensities))[0] ?? new Float32Array(0);
  };
  const fixed = await see('fixed', domain);
  const moving = { plane: await see('moving', reach), sizeVoxels: reach.sizeVoxels };
  const fields = createFieldOps(tf, device);
  try {
    const model = modelOnDevice(tf, fields, network, domain, 'step');
    try {
      const settings = agentSettings(model);
      const steps = rigidSteps(domain, settings);
      const starts = Array.from({ length: rollOuts }, (_, n) => {
        const next = uniformStream(deriveSeed(seed, n));
        return n === 0 ? identityMatrix : steps.motion(range, () => 2 * next() - 1);
      });
      const walks = await rollOut(starts, mostSteps, {
        endsAtNothing: settings.heads === 'action-values',
        step: (pose, step) => multiplyMatrices(pose, steps.steps[step] ?? identityMatrix),
        judge: (states) =>
          judgementsOf(
            tf,
            model,
            states.map(({ pose }) => ({ fixed, moving: movedImage(domain, moving, pose) })),
          ),
      });
      const chosen = leastLeft(walks);
      const apart = (pose: Matrix3x4): number =>
        steps.landmarkErrorMm(multiplyMatrices(invertMatrix(pose), chosen.pose));
      const settled = walks.filter((walk) => walk.settled);
      return {
        affine: compose(affine, worldMotion(domain, chosen.pose) as MovingWorldFromFixedWorld),
        steps: chosen.steps,
        left: chosen.left,
        settled: settled.length,
        agreeing: settled.filter(({ pose }) => apart(pose) <= 2 * settings.stepMm).length,
      };
    } finally {
      model.dispose();
    }
  } finally {
    fields.destroy();
  }
}

function leastLeft(walks: readonly RollOut[]): RollOut {
  const settled = walks.filter((walk) => walk.settled);
  const among = settled.length > 0 ? settled : walks;
  return among.reduce((least, walk) => (walk.left < least.left ? walk : least));
}
