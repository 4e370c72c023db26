import type { Expression } from '../../ir/formula';
import type { Attributes } from '../../ir/op-graph';
import type { ValueType } from '../../ir/values';
import type { InputSpec, OpDefinition } from '../define-op';
import { cotangentOf, type NamedValues } from './adjoint';
import type { InputTypes } from './element';
import { requireFewBuffers } from './lower-formula';
import { emitExpressions, pointwiseType } from './pointwise';

interface FormulaOp<
  Name extends string,
  Inputs extends Record<string, InputSpec>,
  Output extends string,
  Attrs extends Attributes,
> {
  readonly name: Name;
  readonly doc: string;
  readonly inputs: Inputs;
  readonly output: Output;
  /** In the names of the inputs; `given` has those that are there. */
  formula(attributes: Attrs, given: ReadonlySet<string>): Expression;
  /** Inputs to which no gradient flows. */
  readonly settings?: readonly (keyof Inputs & string)[];
  /** @throws InternalError where inputs do not fit that a formula alone would take */
  require?(types: InputTypes, attributes: Attrs): void;
  /** Where another way to write it is shorter than the derivative of the formula. */
  readonly adjoint?: OpDefinition<Name, Inputs, readonly [Output], Attrs>['adjoint'];
}

/** Declares an op that is one formula: kernels on both devices and the adjoint follow from it. */
export function defineFormulaOp<Attrs extends Attributes = Record<string, never>>() {
  return <
    const Name extends string,
    const Inputs extends Record<string, InputSpec>,
    const Output extends string,
  >(
    op: FormulaOp<Name, Inputs, Output, Attrs>,
  ): OpDefinition<Name, Inputs, readonly [Output], Attrs> => {
    const expressionOf = (attributes: Attributes, given: object): Expression =>
      op.formula(attributes as Attrs, new Set(Object.keys(given)));
    const derived: OpDefinition['adjoint'] = (b, site, cotangents) => {
      const cotangent = cotangents[op.output];
      if (cotangent === undefined) return {};
      const values: NamedValues = { ...site.inputs, cotangent };
      const expressions = [expressionOf(site.attributes, site.inputs)];
      const weighed = [{ expressions, cotangent: 'cotangent', byElement: true }];
      return Object.fromEntries(
        Object.keys(site.inputs)
          .filter((name) => !op.settings?.includes(name))
          .map((name) => [name, cotangentOf(b, name, weighed, values)]),
      );
    };
    const kernelName = op.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const definition: OpDefinition = {
      name: op.name,
      doc: op.doc,
      inputs: op.inputs,
      outputs: [op.output],
      traits: {
        formula: (attributes, given) => ({
          [op.output]: [op.formula(attributes as Attrs, given)],
        }),
      },
      infer(types, attributes) {
        op.require?.(types as InputTypes, attributes as Attrs);
        const expression = expressionOf(attributes, types);
        const type: ValueType = pointwiseType([expression], types as InputTypes);
        requireFewBuffers(expression, types as InputTypes, type, 1);
        return { [op.output]: type };
      },
      adjoint: (op.adjoint as OpDefinition['adjoint'] | undefined) ?? derived,
      kernels: [],
      emit(emitter, { inputs, outputs, inputTypes, outputTypes, attributes }) {
        const expressions = [expressionOf(attributes, inputs)];
        emitExpressions(emitter, kernelName, expressions, inputs, inputTypes, {
          type: outputTypes[op.output] as ValueType,
          buffers: outputs[op.output] ?? [],
        });
      },
    };
    // The specific types are those of what was given.
    return definition as unknown as OpDefinition<Name, Inputs, readonly [Output], Attrs>;
  };
}
