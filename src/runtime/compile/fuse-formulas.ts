import type { Expression } from '../ir/formula';
import type { Attributes, Op } from '../ir/op-graph';
import { channelsOf, liesTogether, type ValueId, type ValueType } from '../ir/values';
import { inputLetters } from '../ops/pointwise/adjoint';
import { elementTypeOf, type InputTypes } from '../ops/pointwise/element';
import { leavesOf, referenceOf, substituteLeaves } from '../ops/pointwise/expression';
import type { FusionContext, FusionRule } from './fusion-rules';
import { readsOf } from './traverse';

/** Buffers that one kernel binds. */
const mostBuffers = 8;

/** An op as the formula that it is, in values instead of names: a leaf is `%value` or `%value.channel`. */
interface FormulaOp {
  readonly op: Op;
  /** By output; one expression for all channels, or one a channel. */
  readonly outputs: Readonly<Record<string, readonly Expression[]>>;
  /** Outputs computed in place, each with the value that lay there. */
  readonly updates: Readonly<Record<string, ValueId>>;
}

/**
 * Neighbouring formulas become one: where a value is read by one other formula alone, that one computes it
 * itself. What was stored in between is rounded as storing it did, so that the bits stay.
 */
export const formulaSubstitution: FusionRule = {
  name: 'formula-substitution',
  rewrite(ops, context) {
    const readers = new Map<ValueId, number>();
    for (const op of ops) {
      for (const value of new Set(readsOf(op))) readers.set(value, (readers.get(value) ?? 0) + 1);
    }
    const isReadOnce = (value: ValueId) => readers.get(value) === 1 && !context.leaving.has(value);
    const known = new Map<ValueId, FormulaOp>();
    const gone = new Set<Op>();
    const result = ops.map((op): Op => {
      // What a loop's turning of dials may change must not move past it.
      if (op.region) known.clear();
      let formula = formulaOf(op, context);
      if (!formula) return op;
      let isChanged = false;
      for (const value of new Set(Object.values(op.inputs))) {
        const producer = known.get(value);
        if (!producer || !isReadOnce(value)) continue;
        const joined = join(producer, value, formula, context);
        if (!joined) continue;
        gone.add(producer.op);
        formula = joined;
        isChanged = true;
      }
      const fused = isChanged ? asOp(formula) : op;
      const [only, second] = Object.values(op.outputs);
      if (only !== undefined && second === undefined) known.set(only, { ...formula, op: fused });
      return fused;
    });
    return result.filter((op) => !gone.has(op));
  },
};

function formulaOf(op: Op, { registry }: FusionContext): FormulaOp | undefined {
  const traits = registry.get(op.op)?.traits;
  const formula = traits?.formula?.(op.attributes, new Set(Object.keys(op.inputs)));
  if (!formula) return undefined;
  const inValues = (leaf: string): Expression => {
    const { name, component } = referenceOf(leaf);
    return valueLeaf(op.inputs[name] as ValueId, component);
  };
  return {
    op,
    outputs: Object.fromEntries(
      Object.entries(formula).map(([output, expressions]) => [
        output,
        expressions.map((expression) => substituteLeaves(expression, inValues)),
      ]),
    ),
    updates: Object.fromEntries(
      Object.entries(traits?.updatesInPlace ?? {}).map(([output, input]) => [
        output,
        op.inputs[input] as ValueId,
      ]),
    ),
  };
}

const valueLeaf = (value: ValueId, component: number | undefined): string =>
  component === undefined ? `%${value}` : `%${value}.${component}`;

const valueIn = (leaf: string): ValueId => Number(referenceOf(leaf).name.slice(1)) as ValueId;

/** `reader` with what `producer` gives put in the place of `value`; undefined where that cannot be. */
function join(
  producer: FormulaOp,
  value: ValueId,
  reader: FormulaOp,
  context: FusionContext,
): FormulaOp | undefined {
  const [expressions = []] = Object.values(producer.outputs);
  const type = context.types[value];
  const updated = Object.values(reader.updates);
  // One value in two places would have to be copied, which only the scheduler does.
  const isTwice = new Set(updated).size < updated.length;
  if (!type || isTwice || updated.includes(value)) return undefined;
  const isScalars = type.kind === 'scalars';
  let isPossible = true;
  const replaced = (leaf: string): Expression => {
    if (valueIn(leaf) !== value) return leaf;
    const { component } = referenceOf(leaf);
    const expression = expressions[component ?? 0] ?? expressions[0];
    const isOneOfMany = isScalars && type.length !== 1 && component !== undefined;
    const isUnclear = expressions.length > 1 && component === undefined;
    if (expression === undefined || isUnclear || isOneOfMany) {
      isPossible = false;
      return leaf;
    }
    const moved = substituteLeaves(expression, (inner) => ofChannel(inner, component, context));
    return typeof moved === 'string' ? moved : ['round', moved];
  };
  const outputs = Object.fromEntries(
    Object.entries(reader.outputs).map(([output, list]) => [
      output,
      list.map((expression) => substituteLeaves(expression, replaced)),
    ]),
  );
  const joined = { ...reader, outputs };
  return isPossible && fits(joined, reader, context) ? joined : undefined;
}

/** A name as one channel sees it: of several channels that one, of one channel or scalars itself. */
function ofChannel(leaf: string, channel: number | undefined, context: FusionContext): Expression {
  const { component } = referenceOf(leaf);
  const type = context.types[valueIn(leaf)];
  if (channel === undefined || component !== undefined) return leaf;
  return type && channelsOf(type) > 1 ? valueLeaf(valueIn(leaf), channel) : leaf;
}

/** Whether the joined formula gives the types that were there, and one kernel can bind what it reads. */
function fits(joined: FormulaOp, reader: FormulaOp, { types }: FusionContext): boolean {
  const all = Object.values(joined.outputs).flat();
  const leaves = [...new Set(all.flatMap(leavesOf))];
  const values = new Set(leaves.map(valueIn));
  const updated = Object.values(joined.updates);
  const others = [...values].filter((value) => !updated.includes(value));
  if (others.length > inputLetters.length || values.size === 0) return false;
  const outputs = Object.keys(joined.outputs).length;
  for (
    let place = 0;
    place < Math.max(...Object.values(joined.outputs).map((l) => l.length));
    place += 1
  ) {
    const one = Object.values(joined.outputs).map((list) => list[place] ?? (list[0] as Expression));
    const read = new Set(
      one
        .flatMap(leavesOf)
        .filter((leaf) => !updated.includes(valueIn(leaf)))
        .map(bufferOf(types)),
    );
    if (read.size + outputs > mostBuffers) return false;
  }
  const byName: InputTypes = Object.fromEntries(
    [...values].map((value) => [`%${value}`, types[value]]),
  );
  return Object.entries(reader.op.outputs).every(([output, value]) => {
    const wanted = types[value] as ValueType;
    const expressions = joined.outputs[output] ?? [];
    const element = elementTypeOf(all, byName);
    const channels = Math.max(expressions.length, channelsOf(element));
    return wanted.kind === element.kind && channels === channelsOf(wanted);
  });
}

/** What a leaf binds: a plane, all planes that lie together, or all numbers of scalars. */
function bufferOf(types: FusionContext['types']): (leaf: string) => string {
  return (leaf) => {
    const type = types[valueIn(leaf)];
    const isOne = type && (type.kind === 'scalars' || liesTogether(type));
    return isOne ? `%${valueIn(leaf)}` : leaf;
  };
}

/** The joined formula as an op: `pointwise`, or `pointwiseUpdate` where two outputs are computed in place. */
function asOp({ op, outputs, updates }: FormulaOp): Op {
  const places = Object.keys(updates);
  const value = Object.keys(outputs).find((output) => !places.includes(output)) as string;
  const order = [value, ...places];
  const special = new Map(
    places.map((output, index) => [updates[output], index === 0 ? 'first' : 'second']),
  );
  const list =
    places.length === 0
      ? (outputs[value] ?? [])
      : order.map((output) => outputs[output]?.[0] as Expression);
  const nameOf = new Map<ValueId, string>();
  for (const [updated, name] of special) nameOf.set(updated as ValueId, name);
  let letters = 0;
  for (const leaf of list.flatMap(leavesOf)) {
    const read = valueIn(leaf);
    if (nameOf.has(read)) continue;
    nameOf.set(read, inputLetters[letters] as string);
    letters += 1;
  }
  const expressions = list.map((expression) =>
    substituteLeaves(expression, (leaf) => {
      const { component } = referenceOf(leaf);
      const name = nameOf.get(valueIn(leaf)) as string;
      return component === undefined ? name : `${name}.${component}`;
    }),
  );
  const names = places.length === 0 ? ['value'] : ['value', 'first', 'second'];
  return {
    ...op,
    op: places.length === 0 ? 'pointwise' : 'pointwiseUpdate',
    inputs: Object.fromEntries([...nameOf].map(([read, name]) => [name, read])),
    outputs: Object.fromEntries(
      order.map((output, index) => [names[index] as string, op.outputs[output] as ValueId]),
    ),
    attributes: { expressions } as Attributes,
  };
}
