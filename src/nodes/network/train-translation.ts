import { z } from 'zod';
import { defineTrainingNode } from '../../runtime/api/nodes/define-training-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { requireValidation, trainingParameters } from '../shared/training-parameters';

export const trainTranslation = defineTrainingNode({
  type: 'network.train-translation',
  version: 1,
  title: 'Train translation',
  section: 'network',
  synonyms: ['CycleGAN', 'DTR-GAN', 'CUT', 'PatchNCE', 'unpaired', 'image-to-image', 'adversarial'],
  documentation: {
    summary:
      'Lets two networks learn to translate images of two contrasts into each other, without pairs.',
    details: `One translates moving images into the contrast of the fixed ones, the other one back. For each contrast a discriminator learns to tell what was translated from what is real, and the translators learn to be taken for
real. That alone would allow any image of the right contrast; what holds an image and its translation together says *Content*. **Cycle**: there and back again has to give the image (CycleGAN). **Patches**: a
place of the translation has to be found again among 64 places of the image by what the translator sees there (contrastive, PatchNCE, as in DTR-GAN); it needs no way back, and a *Weight of content* of 1 or 2 in place of 10.
*Identity*, for both: an image of the wanted contrast has to stay as it is.

Each step shows the fixed and the moving image of one pair, which are never compared: that they belong together is not used, and those of *Synthesize* with *Two people* do not. Contrasts have to stay what they are from pair to
pair: *Contrast* of *Synthesize* set to *T1 and T2*, or a dataset whose fixed images are all of one kind and whose moving ones are of the other.

Where an image is known in both contrasts, as *Synthesize* paints it, the validation pairs say how far a translation is from it (\`validation.translation-error\`, mean absolute difference of intensities between 0 and 1), and those weights
are given that did best; elsewhere those of the last look are. The losses of a GAN do not say it: none falls steadily.

The viewer shows the first moving image of the validation pairs as it is translated.

Chosen here: the discriminators see what was just made, and no buffer of 50 earlier images. The deformable convolutions of DiCyc are left out: pairs are not compared, so that nothing is learned of how they are misaligned.`,
    formula: String.raw`\min_{G,F}\ (D_f(G(m))-1)^2+(D_m(F(f))-1)^2+\lambda\big(\lVert F(G(m))-m\rVert_1+\lVert G(F(f))-f\rVert_1\big)+\lambda_{\mathrm{id}}\big(\lVert G(f)-f\rVert_1+\lVert F(m)-m\rVert_1\big)`,
    references: [
      {
        text: 'Zhu, Park, Isola, Efros: Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017',
        doi: '10.1109/ICCV.2017.244',
      },
      {
        text: 'Park, Efros, Zhang, Zhu: Contrastive learning for unpaired image-to-image translation, 2020',
        doi: '10.1007/978-3-030-58545-7_19',
      },
      {
        text: 'Yang et al.: DTR-GAN: An unsupervised bidirectional translation generative adversarial network for MRI-CT registration, 2024',
        doi: '10.3390/app14010095',
      },
    ],
  },
  params: z.object({
    ...trainingParameters(0.0002),
    content: choiceParameter({
      title: 'Content',
      help: 'What holds an image and its translation together: the way there and back, or features of patches.',
      choices: ['cycle', 'patches'],
      default: 'cycle',
    }),
    contentWeight: numberParameter({
      title: 'Weight of content',
      help: 'Of the way there and back, 10 as published; of patches 1 or 2. Can be turned while it learns.',
      default: 10,
      min: 0.0001,
      max: 1000,
    }),
    identityWeight: numberParameter({
      title: 'Weight of identity',
      help: 'How much it counts that an image of the wanted contrast stays as it is. Can be turned while it learns.',
      default: 5,
      min: 0.0001,
      max: 1000,
    }),
  }),
  inputs: {
    network: {
      type: 'network',
      doc: 'A *Translator*, from moving to fixed contrast. One that has learned goes on from there.',
    },
    discriminator: {
      type: 'network',
      doc: 'A *Discriminator* that sees one image; each contrast gets one like it.',
    },
    dataset: { type: 'dataset', doc: 'Fixed images of one contrast, and moving ones of another.' },
    back: {
      type: 'network',
      optional: true,
      doc: 'A *Translator* for the way back, to go on with both. One like *Network* if left out.',
    },
  },
  takesObjectives: false,
  gives: {
    network: 'The network with the weights that did best on the validation pairs.',
    back: 'The translator from fixed to moving contrast, as it was then.',
    report: 'Steps, loss, and the validation pairs: overlap of labels before and after, loss.',
  },
  train({ network, discriminator, dataset, back }, params, context) {
    requireValidation(dataset, context);
    return {
      learns: 'translation',
      ...{ network, discriminator, dataset },
      ...(back && { back }),
      ...params,
    };
  },
});
