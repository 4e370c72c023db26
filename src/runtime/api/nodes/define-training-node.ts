import type { z } from 'zod';
import { InternalError } from '../../internal-error';
import type { ComputedInputs } from './define-computed-node';
import type { InputPortDefinition, NodeDefinition, PortDefinition } from './define-node';
import type { TrainingContext, TrainingRequest } from './training';

/** The input that brings the objectives: the runtime compiles what is wired to it. */
const objectives = {
  type: 'objective',
  many: true,
  doc: 'What is made small: similarities, guidance and regularizers, each with its weight.',
} as const satisfies InputPortDefinition;

/** Outputs of a node that learns, by what is said of them: networks, and a table. */
type Gives = Readonly<Record<string, string>> & {
  readonly network: string;
  readonly report: string;
};

type DataInputs = Readonly<
  Record<string, InputPortDefinition<'network' | 'dataset' | 'image' | 'transform'>>
>;

/**
 * Declares a node that learns: data and objectives are wired to it, and it gives a network, or several that learned together. The recipe is
 * cut at it as it is at a node that computes. It says what is to be learned; the runtime compiles the objectives that are
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
    /** What its outputs are, in words: the network, the report, and networks beside the first. */
    readonly gives: Gives;
    /** False where what is made small is not wired. */
    readonly takesObjectives?: false;
    train(
      inputs: ComputedInputs<Inputs>,
      params: z.output<Params>,
      context: TrainingContext,
    ): TrainingRequest | Promise<TrainingRequest>;
  },
): NodeDefinition<Type, Params> {
  const { train, inputs, gives, takesObjectives = true, ...rest } = definition;
  const { network, report, ...others } = gives;
  const networkPort = (doc: string): PortDefinition => ({ type: 'network', doc });
  return {
    ...rest,
    inputs: { ...inputs, ...(takesObjectives && { objectives }) },
    outputs: {
      network: networkPort(network),
      ...Object.fromEntries(Object.entries(others).map(([port, doc]) => [port, networkPort(doc)])),
      report: { type: 'table', doc: report },
    },
    train: train as NonNullable<NodeDefinition['train']>,
    lower() {
      throw new InternalError(`${definition.type} learns and has no ops.`);
    },
  };
}
