import type { Op } from '../ir/op-graph';

/** A rewrite of one op list. Values keep their ids, so that readers need not change. */
export interface FusionRule {
  readonly name: string;
  /** What is merged, and what it saves. */
  readonly doc: string;
  rewrite(ops: readonly Op[]): readonly Op[];
}

/** `sample` and `sampleDerivative` at the same points read the same eight corners. */
const sampleWithDerivative: FusionRule = {
  name: 'sample-with-derivative',
  doc: 'One walk gives the value and its derivative: saves one read of displacement and corners.',
  rewrite(ops) {
    const key = (op: Op): string => JSON.stringify([op.inputs, op.attributes]);
    const derivatives = ops.filter((op) => op.op === 'sampleDerivative');
    const pairs = new Map<Op, { readonly value: Op; readonly derivative: Op }>();
    for (const value of ops.filter((op) => op.op === 'sample')) {
      const derivative = derivatives.find((op) => !pairs.has(op) && key(op) === key(value));
      if (!derivative) continue;
      const pair = { value, derivative };
      pairs.set(value, pair).set(derivative, pair);
    }
    const done = new Set<object>();
    const result: Op[] = [];
    for (const op of ops) {
      const pair = pairs.get(op);
      if (!pair) {
        result.push(op);
        continue;
      }
      // Where the first of both stood: what they read is there, and whoever reads them comes later.
      if (done.has(pair)) continue;
      done.add(pair);
      result.push({
        ...pair.value,
        op: 'sampleWithDerivative',
        outputs: { ...pair.value.outputs, ...pair.derivative.outputs },
      });
    }
    return result;
  },
};

export const fusionRules: readonly FusionRule[] = [sampleWithDerivative];
