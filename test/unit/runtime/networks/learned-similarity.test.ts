import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../../src/imaging/frames';
import { axisAlignedGrid, type Grid } from '../../../../src/imaging/grid';
import type { NetworkValue } from '../../../../src/runtime/api/data-kinds/network';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { createFieldOps, type FieldOps } from '../../../../src/runtime/networks/field-ops';
import { modelOnDevice } from '../../../../src/runtime/networks/model-on-device';
import { networkOnDevice } from '../../../../src/runtime/networks/network-on-device';
import { openTensorFlow, type TensorFlow } from '../../../../src/runtime/networks/tensorflow';
import { learnedSimilarity } from '../../../../src/runtime/networks/training/learned-similarity';
import { drawNumbers, followLoss, noise, unsettle, waves } from '../../../support/whole-gradient';

const device = createCpuDevice({ threads: 1 });
let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(device);
});

const network = (architecture: string, settings: NetworkValue['settings']): NetworkValue => ({
  kind: 'network',
  architecture,
  settings,
  seed: 1,
});

const open = (fields: FieldOps, grid: Grid) => {
  const judge = network('discriminator', { channels: [3, 4] });
  const discriminator = modelOnDevice(tf, fields, judge, grid, 'judge');
  const told = { examples: 'aligned', mixed: 0.2, shiftVoxels: 0.5 } as const;
  return { discriminator, similarity: learnedSimilarity(tf, fields, discriminator, told) };
};

describe.each<[string, Vec3]>([
  ['slices', [16, 16, 1]],
  ['volumes', [8, 8, 8]],
])('a learned similarity of %s', (_, size) => {
  const grid = axisAlignedGrid([...size], [1.5, 1, 2]);
  const seen = { fixed: noise(grid, 1), moving: noise(grid, 2) };
  const compared = {
    fixed: waves(grid, 1),
    moving: waves(grid, 2),
    aligned: () => waves(grid, 1.3),
  };

  it('has its gradient in the weights of the network that it judges', () => {
    const tensors = tf.memory().numTensors;
    const fields = createFieldOps(tf, device);
    const unet = network('voxelmorph', { encoder: [3, 4], decoder: [4, 3, 4, 3] });
    const built = networkOnDevice(tf, fields, unet, grid);
    const { discriminator, similarity } = open(fields, grid);
    tf.engine().startScope();
    const variables = built.trainable.map(({ variable }) => variable);
    const drawn = drawNumbers(tf);
    unsettle(tf, variables, drawn);
    // Off the weights with which it begins, by which all verdicts are nearly 0.
    unsettle(
      tf,
      discriminator.trainable.map(({ variable }) => variable),
      drawn,
    );
    const largest = tf.tidy(() => built.displacement(seen, true).abs().max().dataSync()[0] ?? 1);
    const loss = (): Scalar =>
      tf.tidy(
        () => similarity.compare(compared, built.displacement(seen, true).mul(2 / largest)).loss,
      );
    const { errors, idle } = followLoss(tf, variables, loss, drawn);
    for (const error of errors) expect(error).toBeLessThan(0.01);
    expect(idle).toBe(0);
    tf.engine().endScope();
    built.dispose();
    discriminator.dispose();
    fields.destroy();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('learns by what its discriminator makes small', () => {
    const tensors = tf.memory().numTensors;
    const fields = createFieldOps(tf, device);
    const { discriminator, similarity } = open(fields, grid);
    tf.engine().startScope();
    const drawn = drawNumbers(tf);
    const variables = discriminator.trainable.map(({ variable }) => variable);
    unsettle(tf, variables, drawn);
    const still = tf.zeros([
      1,
      ...discriminator.sizeVoxels.toReversed(),
      discriminator.axes.length,
    ]);
    const { warped } = similarity.compare(compared, still);
    const ask = (draw = 7) => similarity.gradients(compared, warped, draw);
    const lossOf = ({ terms }: ReturnType<typeof ask>) => {
      const [loss = Number.NaN] = terms.dataSync();
      terms.dispose();
      return loss;
    };
    const first = ask();
    lossOf(first);
    const steps = variables.map((variable) => drawn(variable).mul(1e-3));
    const go = (t: number) => {
      for (const [i, variable] of variables.entries())
        variable.assign(variable.add(steps[i]!.mul(t)));
      return lossOf(ask());
    };
    const [after, before] = [go(1), go(-2)];
    const shares = variables.map(
      ({ name }, i) => (first.gradients[name] as Tensor).mul(steps[i]!).sum().dataSync()[0]!,
    );
    const said = shares.reduce((a, b) => a + b);
    const size = shares.reduce((a, b) => a + Math.abs(b), 0);
    expect(Math.abs((after - before) / 2 - said) / size).toBeLessThan(0.02);
    // Another draw, another shift of what is aligned, and nothing else changes it.
    const lossAt = (draw: number) => lossOf(ask(draw));
    expect(lossAt(7)).toBe(lossAt(7));
    expect(lossAt(8)).not.toBe(lossAt(7));
    tf.engine().endScope();
    discriminator.dispose();
    fields.destroy();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
