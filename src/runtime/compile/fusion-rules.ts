import type { Op } from '../ir/op-graph';
import { elementsPerBuffer, type ValueId, type ValueType } from '../ir/values';
import type { Fusion, OpUse } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';
import { readsOf } from './traverse';

/** What a rule may know beside the ops of the list. */
export interface FusionContext {
  readonly registry: OpRegistry;
  /** Types of all values of the program. */
  readonly types: readonly ValueType[];
  /** Values of the list that are needed after it. */
  readonly leaving: ReadonlySet<ValueId>;
  /** A value that was not there before. */
  define(type: ValueType): ValueId;
}

/** A rewrite of one op list. Values keep their ids, so that readers need not change. */
export interface FusionRule {
  readonly name: string;
  rewrite(ops: readonly Op[], context: FusionContext): readonly Op[];
}

/** What the ops themselves say they can be computed together with, a rule each. */
export function pairRules(registry: OpRegistry = opRegistry): readonly FusionRule[] {
  return [...registry.values()].flatMap(({ name, traits }) =>
    (traits?.fusesWith ?? []).map((fusion) => pairRule(name, fusion)),
  );
}

/** Two ops of one list become the one that does the work of both. */
function pairRule(first: string, fusion: Fusion): FusionRule {
  return {
    name: fusion.name,
    rewrite(ops, context) {
      let result = ops;
      for (const own of ops.filter(({ op }) => op === first)) {
        for (const partner of result.filter(({ op }) => op === fusion.partner)) {
          const both = isBetween(result, own, partner, ({ region }) => region !== undefined)
            ? undefined
            : joined(own, partner, fusion, result, context);
          const ordered = both && inOrder(replaced(result, own, partner, both));
          if (!ordered) continue;
          result = ordered;
          break;
        }
      }
      return result;
    },
  };
}

/** The op in the place of two, or undefined where they do not belong together. */
function joined(
  own: Op,
  partner: Op,
  { join = equalUse, into, belowElements = Number.POSITIVE_INFINITY }: Fusion,
  ops: readonly Op[],
  { types, leaving }: FusionContext,
): Op | undefined {
  const typeOf = (value: ValueId) => types[value] as ValueType;
  const given = Object.values(own.outputs);
  const isConsumed = given.some((value) => readsOf(partner).includes(value));
  const isReadElsewhere = (value: ValueId): boolean =>
    leaving.has(value) || ops.some((op) => op !== partner && readsOf(op).includes(value));
  if (isConsumed && given.some(isReadElsewhere)) return undefined;
  const isSmall = Object.values(partner.outputs).every(
    (value) => elementsPerBuffer(typeOf(value)) < belowElements,
  );
  const use = isSmall ? join(own, partner, typeOf) : undefined;
  if (!use) return undefined;
  const outputs = isConsumed ? partner.outputs : { ...own.outputs, ...partner.outputs };
  return { ...own, op: into, inputs: use.inputs, attributes: use.attributes, outputs };
}

function equalUse(own: OpUse, partner: OpUse): OpUse | undefined {
  const key = ({ inputs, attributes }: OpUse): string => JSON.stringify([inputs, attributes]);
  return key(own) === key(partner) ? own : undefined;
}

/** What a loop's turning of dials may change must not move past it. */
function isBetween(ops: readonly Op[], one: Op, other: Op, isMeant: (op: Op) => boolean): boolean {
  const places = [ops.indexOf(one), ops.indexOf(other)];
  return ops.slice(Math.min(...places), Math.max(...places)).some(isMeant);
}

/** The list with `both` where the first of two ops stood. */
function replaced(ops: readonly Op[], own: Op, partner: Op, both: Op): readonly Op[] {
  const place = ops.findIndex((op) => op === own || op === partner);
  return ops.flatMap((op, index) => {
    if (index === place) return [both];
    return op === own || op === partner ? [] : [op];
  });
}

/**
 * The same ops, each as early as it stood or as soon as all that it reads is there; undefined where two wait
 * for each other.
 */
function inOrder(ops: readonly Op[]): readonly Op[] | undefined {
  const missing = new Set(ops.flatMap(({ outputs }) => Object.values(outputs)));
  const isReady = (op: Op): boolean => !readsOf(op).some((value) => missing.has(value));
  const result: Op[] = [];
  const waiting: Op[] = [];
  for (const op of ops) {
    waiting.push(op);
    for (let at = waiting.findIndex(isReady); at >= 0; at = waiting.findIndex(isReady)) {
      const [ready] = waiting.splice(at, 1) as [Op];
      for (const value of Object.values(ready.outputs)) missing.delete(value);
      result.push(ready);
    }
  }
  return waiting.length === 0 ? result : undefined;
}
