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
    const derivatives = new Map(
      ops.filter((op) => op.op === 'sampleDerivative').map((op) => [key(op), op]),
    );
    const fused = new Set<Op>();
    const result: Op[] = [];
    for (const op of ops) {
      if (fused.has(op)) continue;
      const derivative = op.op === 'sample' ? derivatives.get(key(op)) : undefined;
      if (!derivative) {
        result.push(op);
        continue;
      }
      fused.add(derivative);
      result.push({
        ...op,
        op: 'sampleWithDerivative',
        outputs: { ...op.outputs, ...derivative.outputs },
      });
    }
    return result;
  },
};

export const fusionRules: readonly FusionRule[] = [sampleWithDerivative];
