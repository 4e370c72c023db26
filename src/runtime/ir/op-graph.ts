import type { Expression } from './formula';
import type { ValueId, ValueType } from './values';

/** Compile-time settings of an op: plain data, so that graphs can be printed, compared and hashed. */
export type Attribute =
  | number
  | string
  | boolean
  | readonly number[]
  | Expression
  | readonly Expression[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** One application of an op. Inputs and outputs are named as the op's definition names them. */
export interface Op {
  readonly op: string;
  readonly inputs: Readonly<Record<string, ValueId>>;
  readonly outputs: Readonly<Record<string, ValueId>>;
  readonly attributes: Attributes;
  /** Id of the node of the document that asked for it, so that any fault can be shown there. */
  readonly origin: string;
  /** Node in whose program or loop it runs, where that is not `origin`: what was moved out of a loop stays the loop's. */
  readonly scheduledFor?: string;
  /** Only on the ops `loop` and `repeat`. */
  readonly region?: LoopRegion;
}

/**
 * The body of a loop. It may use any value defined before the loop.
 * `carried` enter the body, `next` (same types, same order) leave it.
 *
 * A `loop` records its losses and may end early; it stands by itself. A `repeat` records nothing and
 * always runs `stop.maxIterations` times, so that it may stand within any other.
 */
export interface LoopRegion {
  readonly label: string;
  readonly carried: readonly ValueId[];
  /** Scalar: number of finished iterations, counted on the device. */
  readonly iteration: ValueId;
  readonly ops: readonly Op[];
  readonly next: readonly ValueId[];
  /** Scalars recorded each iteration. The first is the one that a slope is measured on. */
  readonly losses: readonly { readonly name: string; readonly value: ValueId }[];
  /** Scalars recorded beside them, which nobody is shown: a stop rule names their columns. */
  readonly marks?: readonly ValueId[];
  /** Image that shows where the loop has got to; kept whole through the iteration. */
  readonly preview?: ValueId;
  readonly stop: StopRule;
}

/** When a loop ends. Equal on both devices, whatever the timing. */
export interface StopRule {
  readonly maxIterations: number;
  /** The loop ends before that once one of these holds. */
  readonly when: readonly StopCondition[];
}

export type StopCondition = SlopeCondition | FlagCondition;

/**
 * The first loss falls by less than a fraction an iteration, of itself or of what it has fallen by
 * since the first one, by a line fitted to the last `window` losses.
 */
export interface SlopeCondition {
  readonly kind: 'slope';
  /** 0 never holds. */
  readonly minimumRelativeSlope: number;
  readonly window: number;
  /**
   * Column of the trace that is not 0 where an iteration counts: a trial that was taken back says
   * nothing of how far the loop has got. Left out, all count.
   */
  readonly countedBy?: number;
}

/** A column of the trace is not 0: the loop itself says that it is done. */
export interface FlagCondition {
  readonly kind: 'flag';
  readonly column: number;
}

/** A value that is given to the program: an image, a label volume, a cached result. */
export interface GraphInput {
  readonly value: ValueId;
  /** Name by which the session binds data to it, `node.port` and what it holds. */
  readonly key: string;
}

/** A number that a person may turn while the program runs. */
export interface Dial {
  readonly value: ValueId;
  readonly nodeId: string;
  readonly parameter: string;
  readonly initial: number;
}

/** Numbers known at compile time. */
export interface Constant {
  readonly value: ValueId;
  readonly numbers: readonly number[];
}

/** A program in static single assignment: every value is defined once, before its uses. */
export interface OpGraph {
  /** Types of all values, those of loop bodies included; index = ValueId. */
  readonly types: readonly ValueType[];
  readonly inputs: readonly GraphInput[];
  readonly dials: readonly Dial[];
  readonly constants: readonly Constant[];
  readonly ops: readonly Op[];
  /** Values that must survive the program. */
  readonly results: readonly ValueId[];
}

/**
 * The ops that are structure rather than arithmetic. `gradient` (inputs `loss`, `wrt0`…; outputs
 * `wrt0`…) is replaced by the phase `differentiate`; `loop` and `repeat` carry a region.
 */
export const gradientOpName = 'gradient';
export const loopOpName = 'loop';
export const repeatOpName = 'repeat';
