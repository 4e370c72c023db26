import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork, unetChannels } from '../shared/define-network';

export const voxelmorph = defineNetwork({
  type: 'network.voxelmorph',
  title: 'VoxelMorph',
  synonyms: ['U-Net', 'convolutional network', 'unsupervised'],
  documentation: {
    summary: 'A U-Net that sees both images at once and gives a vector a voxel.',
    details: `Convolutions of three voxels along every axis with leaky ReLU (0.2), halved by maximum pooling and brought back by nearest-neighbour upsampling with
skip connections, and a last convolution that gives the field: the layer table of the published network, in 2-D and 3-D. It bends and does not turn: bring the images
onto each other affinely first.

The sizes of the pairs have to be multiples of two for every entry of *Encoder*, of 16 for four. A velocity lies at half resolution, as published.

*Velocity with variance* is the probabilistic network. It gives a mean and a variance for every velocity; while it learns, a velocity is drawn from these in every step, by the seed, and
the divergence from a prior that holds smooth velocities to be likely is added to the loss, as *kl-divergence* in its curve: that is its regularizer, and no other is
needed. Wire *Mean squared error* with a weight of 1 / (2σ²), σ the noise of intensities between 0 and 1: 200 for 0.05, 800 for 0.025. *Prior* is λ of the precision λ (D − A) of
neighbouring velocities, in samples of half resolution. *Predict* takes the mean.

Fewer channels are faster and learn less: the work goes with their square. As published it has 327 331 weights in 3-D.`,
    formula: String.raw`\frac{1}{2\sigma^2}\lVert f-m\circ\phi_v\rVert^2+\tfrac12\Big[\lambda\sum_i D_i\sigma_i^2-\sum_i\log\sigma_i^2+\lambda\sum_{i\sim j}(\mu_i-\mu_j)^2\Big],\quad v\sim\mathcal N(\mu,\sigma^2)`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
      {
        text: 'Dalca, Balakrishnan, Guttag, Sabuncu: Unsupervised learning of probabilistic diffeomorphic registration for images and surfaces, 2019',
        doi: '10.1016/j.media.2019.07.006',
      },
    ],
  },
  settings: {
    predicts: choiceParameter({
      title: 'Predicts',
      help: 'A displacement; or a velocity that is integrated, so that nothing folds; or a velocity of which it says how sure it is.',
      choices: ['displacement', 'velocity', 'velocity with variance'],
      default: 'displacement',
    }),
    ...unetChannels,
    prior: numberParameter({
      title: 'Prior',
      help: 'With variance: how much smoother velocities are held to be likelier before any image is seen; more gives smoother fields.',
      default: 25,
      min: 0.001,
      max: 1_000_000,
      advanced: true,
    }),
  },
  settingsOf: ({ predicts, prior, ...channels }) =>
    predicts === 'velocity with variance'
      ? { ...channels, predicts: 'velocity', logVariance: true, prior }
      : { ...channels, predicts },
});
