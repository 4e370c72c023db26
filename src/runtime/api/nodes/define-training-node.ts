import type { z } from 'zod';
import { InternalError } from '../../internal-error';
import type { ComputedInputs } from './define-computed-node';
import type { InputPortDefinition, NodeDefinition, PortDefinition } from './define-node';
import type { TrainingContext, TrainingRequest } from './training';

type TrainingOutputs = {
  readonly network: PortDefinition<'network'>;
  readonly report: PortDefinition<'table'>;
};

/** The input that brings the objectives: the runtime compiles what is wired to it. */
const objectives = {
  type: 'objective',
  many: true,
  doc: 'What is made small: similarities, guidance and regularizers, each with its weight.',
} as const satisfies InputPortDefinition;

type DataInputs = Readonly<
  Record<string, InputPortDefinition<'network' | 'dataset' | 'image' | 'transform'>>
>;

/**
 * Declares a node that learns: data and objectives are wired to it, and it gives a network. The recipe is cut at it as it
 * is at a node that computes. It says what is to be learned; the runtime compiles the objectives that are
 * wired (docs/decisions/0007), shows pair after pair, tells of losses as a loop does, and can be cancelled, turned and gone on with.
 */
export function defineTrainingNode<
  const Type extends string,
  Params extends z.ZodType,
  const Inputs extends DataInputs,
>(
  definition: Omit<
    NodeDefinition<Type, Params>,
    'inputs' | 'outputs' | 'lower' | 'compute' | 'train' | 'source' | 'files'
  > & {
    readonly inputs: Inputs;
    /** What its outputs are, in words. */
    readonly gives: Readonly<Record<keyof TrainingOutputs, string>>;
    train(
      inputs: ComputedInputs<Inputs>,
      params: z.output<Params>,
      context: TrainingContext,
    ): TrainingRequest | Promise<TrainingRequest>;
  },
): NodeDefinition<
  Type,
  Params,
  Inputs & { readonly objectives: typeof objectives },
  TrainingOutputs
> {
  const { train, inputs, gives, ...rest } = definition;
  return {
    ...rest,
    inputs: { ...inputs, objectives },
    outputs: {
      network: { type: 'network', doc: gives.network },
      report: { type: 'table', doc: gives.report },
    },
    train: train as NonNullable<NodeDefinition['train']>,
    lower() {
      throw new InternalError(`${definition.type} learns and has no ops.`);
    },
  };
}
