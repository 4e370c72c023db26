import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import type { BufferId } from '../../ir/kernel-graph';
import {
  bufferCount,
  channelsOf,
  elementsPerBuffer,
  isPlanar,
  liesTogether,
  scalarsType,
  type ValueId,
  type ValueType,
  withChannels,
} from '../../ir/values';
import { defineOp, type Emitter } from '../define-op';
import { sumPartialsKernel } from '../reduce/sum-partials.kernel';
import { reductionChunks } from '../reduction';
import { appendFormula, cotangentOf, type NamedValues } from './adjoint';
import { elementTypeOf, type InputTypes } from './element';
import { minus, plus, times } from './expression';
import { formulaKernel } from './formula.kernel';
import {
  type Channel,
  type FormulaInputs,
  type FormulaOutput,
  lowerFormula,
  mostBuffers,
  requireFewBuffers,
} from './lower-formula';

/** Inputs of the ops that an expression is given to, which names them. */
export const letterInputs = {
  a: 'any?',
  b: 'any?',
  c: 'any?',
  d: 'any?',
  e: 'any?',
  f: 'any?',
  g: 'any?',
  h: 'any?',
  i: 'any?',
  j: 'any?',
  k: 'any?',
  l: 'any?',
} as const;

export type PointwiseAttributes = {
  /** One expression for all channels, or one a channel. */
  readonly expressions: readonly Expression[];
};

export type SumAttributes = {
  /** What is added up: each term is a pass of its own, so that none reads too many buffers. */
  readonly terms: readonly Expression[];
};

type Buffers = Readonly<Record<string, readonly BufferId[] | undefined>>;

/**
 * The type of what expressions give.
 * @throws InternalError where inputs do not go together, or more is read than a kernel may bind
 */
export function pointwiseType(expressions: readonly Expression[], types: InputTypes): ValueType {
  const element = elementTypeOf(expressions, types);
  if (!isPlanar(element)) {
    if (expressions.length !== 1) throw new InternalError('Scalars have one expression.');
    return element;
  }
  if (
    expressions.length > 1 &&
    channelsOf(element) > 1 &&
    channelsOf(element) !== expressions.length
  ) {
    throw new InternalError('There is not one expression for each channel.');
  }
  return withChannels(element, Math.max(expressions.length, element.channels));
}

/**
 * Appends the kernels of expressions: one a channel, or one for all channels that lie together, as far as it can
 * bind what they read.
 */
export function emitExpressions(
  emitter: Emitter,
  name: string,
  expressions: readonly Expression[],
  buffers: Buffers,
  types: InputTypes,
  output: { readonly type: ValueType; readonly buffers: readonly BufferId[] },
): void {
  const inputs = { element: output.type, buffers, types, together: emitter.together };
  const planes = output.buffers;
  const isTogether = emitter.together(planes) !== undefined;
  const [only, second] = expressions;
  if (only !== undefined && second === undefined && isTogether) {
    emitFormula(emitter, name, [{ expression: only, planes, channel: 'channel' }], inputs);
    return;
  }
  let group: FormulaOutput[] = [];
  for (let channel = 0; channel < bufferCount(output.type); channel += 1) {
    const expression = (expressions[channel] ?? expressions[0]) as Expression;
    const next = { expression, planes, channel };
    const fits = isTogether && boundBy([...group, next], inputs) <= mostBuffers;
    if (group.length > 0 && !fits) {
      emitFormula(emitter, name, group, inputs);
      group = [];
    }
    group.push(next);
  }
  emitFormula(emitter, name, group, inputs);
}

/** Appends the kernel of several expressions, each of one channel, that go to one output, or of one that goes to all. */
function emitFormula(
  emitter: Emitter,
  name: string,
  outputs: readonly FormulaOutput[],
  inputs: FormulaInputs,
): void {
  const { formula, buffers, parameters } = lowerFormula(outputs, inputs);
  emitter.call(formulaKernel(formula, name), buffers, parameters);
}

/** Buffers that the kernel of these outputs binds. */
function boundBy(outputs: readonly FormulaOutput[], inputs: FormulaInputs): number {
  return Object.keys(lowerFormula(outputs, inputs).buffers).length;
}

/**
 * Appends the kernels of several expressions over the same elements, of which some are computed in place.
 * @param updates outputs in place, each with the input that lay there
 */
export function emitUpdate(
  emitter: Emitter,
  name: string,
  expressions: Readonly<Record<string, readonly Expression[]>>,
  buffers: Buffers,
  types: InputTypes,
  outputs: Readonly<Record<string, readonly BufferId[]>>,
  updates: Readonly<Record<string, string>>,
): void {
  const element = elementTypeOf(Object.values(expressions).flat(), types);
  const inputs = { element, buffers, types, together: emitter.together };
  for (const channel of channelsToCompute(element)) {
    const written = Object.entries(expressions).map(([output, [expression]]) => ({
      expression: expression as Expression,
      planes: outputs[output] ?? [],
      channel,
      ...(updates[output] === undefined ? {} : { updates: updates[output] }),
    }));
    emitFormula(emitter, name, written, inputs);
  }
}

/** One kernel call for each channel, or one for all where they lie together. */
function channelsToCompute(element: ValueType): readonly Channel[] {
  if (liesTogether(element)) return ['channel'];
  return Array.from({ length: channelsOf(element) }, (_, channel) => channel);
}

export const pointwise = defineOp<PointwiseAttributes>()({
  name: 'pointwise',
  doc:
    'An expression for each element, over inputs by letter: `a` is the element of the same channel (of the only one, ' +
    'where there is one), `a.2` that of the third channel; of scalars in a field, `a` the one number and `a.2` the ' +
    'third. One expression for all channels, or one a channel.',
  inputs: letterInputs,
  outputs: ['value'],
  traits: { formula: ({ expressions }) => ({ value: expressions as readonly Expression[] }) },
  infer(types, { expressions }) {
    const value = pointwiseType(expressions, types);
    for (const expression of expressions) requireFewBuffers(expression, types, value, 1);
    return { value };
  },
  adjoint(b, { inputs: values, attributes: { expressions } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    const weighed = [{ expressions, cotangent: 'cotangent', byElement: true }];
    return Object.fromEntries(
      Object.keys(values).map((name) => [
        name,
        cotangentOf(b, name, weighed, { ...values, cotangent }),
      ]),
    );
  },
  kernels: [],
  emit(emitter, { inputs: i, outputs: o, inputTypes, outputTypes, attributes }) {
    emitExpressions(emitter, 'pointwise', attributes.expressions, i, inputTypes, {
      type: outputTypes.value,
      buffers: o.value,
    });
  },
});

/** Types of the terms of a sum, which all have as many elements. */
function termTypes(terms: readonly Expression[], types: InputTypes): readonly ValueType[] {
  const found = terms.map((term) => elementTypeOf([term], types));
  const counts = new Set(found.map(elementsPerBuffer));
  if (counts.size !== 1) throw new InternalError('The terms of a sum are on one grid.');
  terms.forEach((term, index) => {
    requireFewBuffers(term, types, found[index] as ValueType, 1);
  });
  return found;
}

/**
 * Appends the passes of factor · Σ over elements, channels and terms. An op that calls it lists
 * `sumPartialsKernel` among its kernels.
 * @param factor from the number of elements of a channel
 */
export function emitSum(
  emitter: Emitter,
  name: string,
  terms: readonly Expression[],
  buffers: Buffers,
  types: InputTypes,
  total: readonly BufferId[],
  factor: (count: number) => number,
): void {
  const elements = termTypes(terms, types);
  const count = elementsPerBuffer(elements[0] as ValueType);
  const chunks = reductionChunks(count);
  const planes = elements.reduce((sum, element) => sum + channelsOf(element), 0);
  const partials = emitter.scratch(chunks * planes);
  let offset = 0;
  terms.forEach((expression, index) => {
    const element = elements[index] as ValueType;
    const inputs = { element, buffers, types, together: emitter.together };
    for (const channel of channelsToCompute(element)) {
      const lowered = lowerFormula([{ expression, planes: [partials], channel }], inputs, true);
      emitter.call(formulaKernel(lowered.formula, name), lowered.buffers, {
        ...lowered.parameters,
        offset,
      });
      offset += chunks * (channel === 'channel' ? channelsOf(element) : 1);
    }
  });
  emitter.call(
    sumPartialsKernel,
    { partials, total },
    { count: chunks * planes, quantities: 1, factor: factor(count) },
  );
}

export const pointwiseSum = defineOp<SumAttributes>()({
  name: 'pointwiseSum',
  doc: 'Σ over elements, channels and terms of expressions as `pointwise` takes them.',
  inputs: letterInputs,
  outputs: ['value'],
  infer(types, { terms }) {
    termTypes(terms, types);
    return { value: scalarsType(1) };
  },
  adjoint(b, { inputs: values, attributes: { terms } }, { value: cotangent }) {
    return cotangent === undefined ? {} : sumCotangents(b, terms, values, cotangent, 1);
  },
  kernels: [sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes: { terms } }) {
    emitSum(emitter, 'pointwise-sum', terms, i, inputTypes, o.value, () => 1);
  },
});

export const pointwiseMean = defineOp<SumAttributes>()({
  name: 'pointwiseMean',
  doc:
    'Mean over voxels of the sum over channels and terms of expressions as `pointwise` takes them. With `weight`, a ' +
    'field of one channel: Σ weight · expression / Σ weight, 0 where the weights add up to nothing.',
  inputs: { ...letterInputs, weight: 'field?' },
  outputs: ['value'],
  infer(types, { terms }) {
    const { weight } = types;
    const [element] = termTypes(weighedTerms(terms, weight), types);
    if (weight && channelsOf(weight) !== 1) throw new InternalError('A weight has one channel.');
    if (weight && element?.kind !== 'field') throw new InternalError('Scalars have no weight.');
    return { value: scalarsType(1) };
  },
  adjoint(b, { inputs: given, outputs, attributes: { terms } }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    const { weight, ...values } = given;
    if (weight === undefined) {
      const types = typesOf(b, values);
      const count = elementsPerBuffer(elementTypeOf(terms.slice(0, 1), types));
      return sumCotangents(b, terms, values, cotangent, 1 / count);
    }
    const total = b.op('pointwiseSum', { a: weight }, { terms: ['a'] }).value as ValueId;
    // c / Σ weight, 0 where there is no weight.
    const share = b.op(
      'pointwise',
      { a: cotangent, b: total },
      { expressions: [['select', ['<', 0, 'b'], ['/', 'a', 'b'], 0]] },
    ).value as ValueId;
    const weighed = terms.map((term) => times('weight', term));
    const types = typesOf(b, values);
    const isOneChannel = terms.every((term) => channelsOf(elementTypeOf([term], types)) === 1);
    const sum = terms.reduce<Expression>((all, term) => plus(all, term), 0);
    return {
      ...sumCotangents(b, weighed, { ...values, weight }, share, 1),
      weight: isOneChannel
        ? appendFormula(
            b,
            'pointwise',
            [times('share', minus(sum, 'mean'))],
            { ...values, share, mean: outputs.value },
            (expressions) => ({ expressions }),
          )
        : undefined,
    };
  },
  kernels: [sumPartialsKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes: { terms } }) {
    if (i.weight === undefined) {
      emitSum(emitter, 'pointwise-mean', terms, i, inputTypes, o.value, (count) => 1 / count);
      return;
    }
    const sum = [emitter.scratch(1)];
    const total = [emitter.scratch(1)];
    const name = 'pointwise-mean';
    emitSum(emitter, name, weighedTerms(terms, i.weight), i, inputTypes, sum, () => 1);
    emitSum(emitter, name, ['weight'], i, inputTypes, total, () => 1);
    const scalar = scalarsType(1);
    const ratio: Expression = ['select', ['<', 0, 'total'], ['/', 'sum', 'total'], 0];
    emitExpressions(
      emitter,
      name,
      [ratio],
      { sum, total },
      { sum: scalar, total: scalar },
      {
        type: scalar,
        buffers: o.value,
      },
    );
  },
});

function weighedTerms(terms: readonly Expression[], weight: unknown): readonly Expression[] {
  return weight === undefined ? terms : terms.map((term) => times('weight', term));
}

function typesOf(b: Parameters<typeof cotangentOf>[0], values: NamedValues): InputTypes {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === undefined ? undefined : b.typeOf(value),
    ]),
  );
}

/** Cotangents of the letters of a sum of terms times `factor`. */
function sumCotangents(
  b: Parameters<typeof cotangentOf>[0],
  terms: readonly Expression[],
  values: NamedValues,
  cotangent: ValueId,
  factor: number,
) {
  const weighed = terms.map((term) => ({
    expressions: [term],
    cotangent: times('cotangent', factor),
    byElement: false,
  }));
  return Object.fromEntries(
    Object.keys(values)
      .filter((name) => name !== 'weight')
      .map((name) => [name, cotangentOf(b, name, weighed, { ...values, cotangent })]),
  );
}
