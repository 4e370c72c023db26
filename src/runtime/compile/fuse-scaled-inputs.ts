import type { Expression } from '../ir/formula';
import type { Op } from '../ir/op-graph';
import { sameType, scalarsType, type ValueId } from '../ir/values';
import type { ScaledInput } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';
import { inputLetters } from '../ops/pointwise/adjoint';
import { leavesOf, operandsOf, referenceOf, substituteLeaves } from '../ops/pointwise/expression';
import type { FusionContext, FusionRule } from './fusion-rules';
import { readsOf } from './traverse';

/** Ops that can multiply an input by a scalar as they read it, a rule each. */
export function scaledInputRules(registry: OpRegistry = opRegistry): readonly FusionRule[] {
  return [...registry.values()].flatMap(({ name, traits }) =>
    traits?.takesScaled ? [scaledInputRule(name, traits.takesScaled)] : [],
  );
}

/** A formula that is a scalar times a field becomes the formula of the scalar, and the op takes both. */
function scaledInputRule(
  name: string,
  { input, into, factor, name: rule }: ScaledInput,
): FusionRule {
  return {
    name: rule,
    rewrite(ops, context) {
      const changed = new Map<Op, Op>();
      for (const op of ops.filter((candidate) => candidate.op === name)) {
        const value = op.inputs[input] as ValueId;
        const producer = ops.find(({ outputs }) => Object.values(outputs).includes(value));
        const readers = ops.filter((other) => readsOf(other).includes(value));
        const places = Object.values(op.inputs).filter((read) => read === value);
        if (!producer || readers.length > 1 || places.length > 1) continue;
        if (context.leaving.has(value) || changed.has(producer)) continue;
        const scaled = scaledField(producer, value, context);
        if (!scaled) continue;
        const number = context.define(scalarsType(1));
        changed.set(producer, { ...producer, ...scaled.scalar, outputs: { value: number } });
        const inputs = { ...op.inputs, [input]: scaled.field, [factor]: number };
        changed.set(op, { ...op, op: into, inputs });
      }
      return ops.map((op) => changed.get(op) ?? op);
    },
  };
}

/** What an op gives as a scalar, which an op of its own computes, times a field; undefined where it is none. */
function scaledField(
  { op: name, inputs, attributes }: Op,
  value: ValueId,
  { registry, types }: FusionContext,
):
  | { readonly scalar: Pick<Op, 'op' | 'inputs' | 'attributes'>; readonly field: ValueId }
  | undefined {
  const outputs = registry.get(name)?.traits?.formula?.(attributes, new Set(Object.keys(inputs)));
  const [only, ...others] = Object.values(outputs ?? {}).flat();
  if (typeof only !== 'object' || others.length > 0 || only[0] !== '*') return undefined;
  const [left, right] = operandsOf(only) as readonly [Expression, Expression];
  const [number, leaf] = typeof right === 'string' ? [left, right] : [right, left];
  const field = typeof leaf === 'string' ? inputs[leaf] : undefined;
  const type = types[field ?? -1];
  const wanted = types[value];
  const names = [...new Set(leavesOf(number).map((read) => referenceOf(read).name))];
  const areScalars = names.every((read) => types[inputs[read] ?? -1]?.kind === 'scalars');
  if (field === undefined || type?.kind !== 'field' || !wanted || !sameType(type, wanted)) {
    return undefined;
  }
  if (!areScalars || names.length === 0 || names.length > inputLetters.length) return undefined;
  const letterOf = new Map(names.map((read, index) => [read, inputLetters[index] as string]));
  const expression = substituteLeaves(number, (read) => {
    const { name: from, component } = referenceOf(read);
    const letter = letterOf.get(from) as string;
    return component === undefined ? letter : `${letter}.${component}`;
  });
  return {
    field,
    scalar: {
      op: 'pointwise',
      inputs: Object.fromEntries(
        [...letterOf].map(([read, letter]) => [letter, inputs[read] as ValueId]),
      ),
      attributes: { expressions: [expression] },
    },
  };
}
