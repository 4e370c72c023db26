import { z } from 'zod';
import { defineNode, type NodeDocumentation } from '../../runtime/api/nodes/define-node';
import {
  choiceParameter,
  integerListParameter,
  integerParameter,
} from '../../runtime/api/nodes/parameters';

/** What differs between the nodes of two architectures. */
interface NetworkNode<Name extends string, Shape extends z.ZodRawShape> {
  /** `network.` and the name by which the runtime and files call the architecture. */
  readonly type: `network.${Name}`;
  readonly title: string;
  readonly synonyms: readonly string[];
  readonly documentation: NodeDocumentation;
  /** Parameters that the architecture is told. */
  readonly settings: Shape;
  /** What the architecture is told of them; the parameters themselves where left out. */
  settingsOf?(params: z.output<z.ZodObject<Shape>>): Readonly<Record<string, unknown>>;
}

/** A node that gives a network which has not learned anything yet. */
export function defineNetwork<const Name extends string, Shape extends z.ZodRawShape>({
  type,
  settings,
  settingsOf = (params) => params,
  synonyms,
  ...rest
}: NetworkNode<Name, Shape>) {
  const architecture = type.slice('network.'.length);
  return defineNode({
    ...rest,
    type,
    version: 1,
    section: 'network',
    synonyms: [...synonyms, 'deep learning', 'CNN', 'neural network'],
    params: z.object({
      ...settings,
      seed: integerParameter({
        title: 'Seed',
        help: 'Of the weights that it begins with.',
        default: 1,
        min: 0,
        max: 2_147_483_647,
        advanced: true,
      }),
    }),
    inputs: {},
    outputs: {
      network: { type: 'network', doc: 'The network, which has not learned anything yet.' },
    },
    lower(_, __, params) {
      const { seed, ...own } = params as z.output<z.ZodObject<Shape>> & { readonly seed: number };
      const told = settingsOf(own as z.output<z.ZodObject<Shape>>);
      return { network: { kind: 'network', architecture, settings: told, seed } };
    },
  });
}

/** What several networks are asked alike: what their field is. */
export function predictsParameter(initial: 'displacement' | 'velocity') {
  return choiceParameter({
    title: 'Predicts',
    help: 'A displacement, or a velocity that is integrated, so that nothing folds.',
    choices: ['displacement', 'velocity'],
    default: initial,
  });
}

/** What several networks are asked alike: how wide they are. */
export function widthParameter(initial: number, most: number, help: string) {
  return integerParameter({ title: 'Channels', help, default: initial, min: 1, max: most });
}

/** What every network about VoxelMorph's U-Net is asked alike: its channels, as published. */
export const unetChannels = {
  encoder: integerListParameter({
    title: 'Encoder',
    help: 'Channels of the convolutions before each halving.',
    default: [16, 32, 32, 32],
    min: 1,
    max: 256,
    maxLength: 6,
  }),
  decoder: integerListParameter({
    title: 'Decoder',
    help: 'Channels of the convolutions before each doubling, then of those at full size.',
    default: [32, 32, 32, 32, 32, 16, 16],
    min: 1,
    max: 256,
    maxLength: 12,
  }),
};
