import type { z } from 'zod';
import { InternalError } from '../../internal-error';
import type { ComputeContext, ComputedValues, DataPortType } from './computed-values';
import type { InputPortDefinition, NodeDefinition, PortDefinition } from './define-node';

type ComputedInput<Port extends InputPortDefinition<DataPortType>> = Port extends {
  readonly many: true;
}
  ? readonly ComputedValues[Port['type']][]
  : Port extends { readonly optional: true }
    ? ComputedValues[Port['type']] | undefined
    : ComputedValues[Port['type']];

export type ComputedInputs<Inputs extends Record<string, InputPortDefinition<DataPortType>>> = {
  readonly [Name in keyof Inputs]: ComputedInput<Inputs[Name]>;
};

export type ComputedOutputs<Outputs extends Record<string, PortDefinition<DataPortType>>> = {
  readonly [Name in keyof Outputs]: ComputedValues[Outputs[Name]['type']];
};

/**
 * Declares a node that computes by itself, once, instead of saying its meaning in ops: what has a
 * program of its own, such as a network. It takes data and gives data. The recipe is cut at it: what
 * it needs runs as one plan, then `compute`, then what needs it (`session/run/stages.ts`). Its results are
 * kept like those of other nodes. What can be said in ops should be: it then runs on the device,
 * and can be optimized over.
 */
export function defineComputedNode<
  const Type extends string,
  Params extends z.ZodType,
  const Inputs extends Record<string, InputPortDefinition<DataPortType>>,
  const Outputs extends Record<string, PortDefinition<DataPortType>>,
>(
  definition: Omit<
    NodeDefinition<Type, Params, Inputs, Outputs>,
    'lower' | 'compute' | 'source'
  > & {
    /** Results depend on inputs and parameters alone, and on a seed among these. */
    compute(
      inputs: ComputedInputs<Inputs>,
      params: z.output<Params>,
      context: ComputeContext,
    ): Promise<ComputedOutputs<Outputs>>;
  },
): NodeDefinition<Type, Params, Inputs, Outputs> {
  const { compute, ...rest } = definition;
  return {
    ...rest,
    compute: compute as NonNullable<NodeDefinition['compute']>,
    lower() {
      throw new InternalError(`${definition.type} computes by itself and has no ops.`);
    },
  };
}
