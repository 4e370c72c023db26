import type { Expression } from '../../ir/formula';
import type { Attributes, StopCondition, StopRule } from '../../ir/op-graph';
import type { ValueId, ValueType } from '../../ir/values';
import type { InputSpec, OpDefinition } from '../../ops/define-op';
import { gridAttributes } from '../../ops/grid-attributes';
import type { opDefinitions } from '../../ops/index';
import type { Descent, Doubt, Judge, LoweringProblem } from './lowering-problem';

type Definitions = typeof opDefinitions;

type ArgumentsOf<Inputs extends Record<string, InputSpec>> = {
  readonly [Name in keyof Inputs as Inputs[Name] extends `${string}?` ? never : Name]: ValueId;
} & {
  readonly [Name in keyof Inputs as Inputs[Name] extends `${string}?` ? Name : never]?:
    | ValueId
    | undefined;
};

type ResultOf<Outputs extends readonly string[]> = Outputs extends readonly [string]
  ? ValueId
  : { readonly [Name in Outputs[number]]: ValueId };

type MethodOf<Definition> =
  Definition extends OpDefinition<string, infer Inputs, infer Outputs, infer Attrs>
    ? [Attrs] extends [Record<string, never>]
      ? (inputs: ArgumentsOf<Inputs>) => ResultOf<Outputs>
      : (inputs: ArgumentsOf<Inputs>, attributes: Attrs) => ResultOf<Outputs>
    : never;

/** One method an op, typed from the op list: `b.sample({ source, displacement }, { … })`. */
export type OpMethods = { readonly [Name in keyof Definitions]: MethodOf<Definitions[Name]> };

export interface LoopOptions {
  /** Shown in progress and in the plan, for example `level 2 of 3`. */
  readonly label: string;
  readonly carried: readonly ValueId[];
  readonly stop: StopRule;
  body(carried: readonly ValueId[], iteration: ValueId): LoopBody;
}

export interface RepeatOptions {
  /** Shown in the plan, for example `inverse`. */
  readonly label: string;
  /** How often the body is run: a whole number, at least 1. */
  readonly count: number;
  readonly carried: readonly ValueId[];
  /** Gives what the next time starts from: as many values as are carried, of the same types. */
  body(carried: readonly ValueId[], iteration: ValueId): readonly ValueId[];
}

export interface LoopBody {
  /** What the next iteration starts from: as many values as are carried, of the same types. */
  readonly next: readonly ValueId[];
  /** Scalars to record; a slope is measured on the first. */
  readonly losses: readonly { readonly name: string; readonly value: ValueId }[];
  /**
   * Scalars recorded beside them, for the stop rule alone: their columns come after those of the losses.
   * Once a flag is raised, up to twenty iterations follow: they must change nothing.
   */
  readonly marks?: readonly ValueId[];
  /** Image that shows where the loop has got to. */
  readonly preview?: ValueId;
}

/** What a node says its meaning with: one method an op, a loop, and a gradient. */
export interface Builder extends OpMethods {
  typeOf(value: ValueId): ValueType;
  /** Numbers known at compile time, as scalars. */
  constant(numbers: readonly number[]): ValueId;
  /** A number that may be turned while the recipe runs, as one scalar. */
  dial(parameter: string, initial: number): ValueId;
  /** Gradients of a scalar with respect to values defined in the same body. */
  gradient(loss: ValueId, wrt: readonly ValueId[]): readonly ValueId[];
  /**
   * Once the recipe has run, says at this node what is wrong where these scalars are all equal, but for rounding: for
   * what only the data shows, such as images that turn out not to overlap. Not within a loop.
   */
  check(scalars: ValueId, problem: LoweringProblem): void;
  /**
   * Once the recipe has run, lets `judge` say what these scalars speak against the result: a warning
   * at this node, kept with what the node gives. Not within a loop.
   */
  warn(scalars: readonly ValueId[], judge: Judge): void;
  /**
   * What `work` gives, its ops built on behalf of another node: a part says what it means, and what is
   * wrong with that, or takes long, is shown at its own node.
   */
  onBehalfOf<Result>(nodeId: string, work: () => Result): Result;
  /**
   * Repeats a body on the device until its losses say that it is done; returns what is carried at the
   * end. It cannot stand within another loop.
   */
  loop(options: LoopOptions): readonly ValueId[];
  /**
   * Repeats a body a number of times that is known when the recipe is compiled; returns what is carried
   * at the end. Nothing is recorded. It may stand within a loop or another repetition, and costs one
   * list of ops however often it runs; no gradient goes through it.
   */
  repeat(options: RepeatOptions): readonly ValueId[];
}

export type { Attributes, Descent, Doubt, Expression, Judge, StopCondition, ValueId, ValueType };
export { gridAttributes };
