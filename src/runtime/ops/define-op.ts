import type { Expression } from '../ir/formula';
import type { BufferId, KernelParameters } from '../ir/kernel-graph';
import type { Attributes, Op } from '../ir/op-graph';
import type { ElementType, ValueId, ValueType } from '../ir/values';
import type { KernelDefinition } from './define-kernel';

type ValueSpec = ValueType['kind'] | 'any';

/** Kind of value an input takes; `?` marks an input that may be left out. */
export type InputSpec = ValueSpec | `${ValueSpec}?`;

type ByInput<Inputs extends Record<string, InputSpec>, Item> = {
  readonly [Name in keyof Inputs as Inputs[Name] extends `${string}?` ? never : Name]: Item;
} & {
  readonly [Name in keyof Inputs as Inputs[Name] extends `${string}?` ? Name : never]?:
    | Item
    | undefined;
};

type ByOutput<Outputs extends readonly string[], Item> = {
  readonly [Name in Outputs[number]]: Item;
};

/** What passes may know of an op without knowing its name. */
export interface OpTraits {
  /**
   * The expressions of each output, for all channels or one a channel, in the names of the inputs, where they are
   * all that the op computes: neighbours may then be computed in one kernel.
   */
  formula?(
    attributes: Attributes,
    given: ReadonlySet<string>,
  ): Readonly<Record<string, readonly Expression[]>>;
  /**
   * Outputs that are computed in place over an input's buffers, as `{ output: input }`. The
   * scheduler copies the input first where it is still needed.
   */
  readonly updatesInPlace?: Readonly<Record<string, string>>;
  /** Ops that are best computed together with this one. */
  readonly fusesWith?: readonly Fusion[];
  /** An input that the op can multiply by a scalar as it reads it. */
  readonly takesScaled?: ScaledInput;
}

/** What an op becomes where one of its inputs is a scalar times a field. */
export interface ScaledInput {
  readonly input: string;
  /** The op that is given the field itself, and the scalar by the name of `factor`. */
  readonly into: string;
  readonly factor: string;
  /** The name under which the rule can be switched off. */
  readonly name: string;
}

/** An op as it stands in a program, apart from what asked for it. */
export type OpUse = Pick<Op, 'inputs' | 'outputs' | 'attributes'>;

/** Two ops that are best computed as one. */
export interface Fusion {
  readonly partner: string;
  /**
   * The op that gives the outputs of both; where the partner reads what this op gives, and nobody else does,
   * those of the partner.
   */
  readonly into: string;
  /** The name under which the rule can be switched off. */
  readonly name: string;
  /**
   * From so many elements a plane on they stay apart: memory that the partner's outputs would take
   * until they are read then counts more than a walk.
   */
  readonly belowElements?: number;
  /**
   * What the op of both is given; undefined where the two do not belong together. Left out, both have to have
   * equal inputs and attributes, which it is given.
   */
  join?(
    own: OpUse,
    partner: OpUse,
    typeOf: (value: ValueId) => ValueType,
  ): Pick<Op, 'inputs' | 'attributes'> | undefined;
}

/** Adds ops to the graph under construction; what adjoints and fusion rules are written with. */
export interface OpAppender {
  /** Applies an op and returns its outputs by name. */
  op(
    name: string,
    inputs: Readonly<Record<string, ValueId | undefined>>,
    attributes?: Attributes,
  ): Readonly<Record<string, ValueId>>;
  typeOf(value: ValueId): ValueType;
}

/** One application of an op, as its adjoint sees it. */
export interface OpSite<
  Inputs extends Record<string, InputSpec>,
  Outputs extends readonly string[],
  Attrs extends Attributes,
> {
  readonly inputs: ByInput<Inputs, ValueId>;
  readonly outputs: ByOutput<Outputs, ValueId>;
  readonly attributes: Attrs;
}

/** One application of an op, as it is turned into kernels: planes by name. */
export interface EmitSite<
  Inputs extends Record<string, InputSpec>,
  Outputs extends readonly string[],
  Attrs extends Attributes,
> {
  readonly inputs: ByInput<Inputs, readonly BufferId[]>;
  readonly outputs: ByOutput<Outputs, readonly BufferId[]>;
  readonly inputTypes: ByInput<Inputs, ValueType>;
  readonly outputTypes: ByOutput<Outputs, ValueType>;
  readonly attributes: Attrs;
}

/** Collects the kernels of an op. */
export interface Emitter {
  /**
   * One pass. Buffers are given by binding name: a buffer, the three planes of a vector, or
   * nothing for an optional binding that is absent.
   */
  call(
    // biome-ignore lint/suspicious/noExplicitAny: kernels are contravariant in their bindings.
    kernel: KernelDefinition<any, any>,
    buffers: Readonly<Record<string, BufferId | readonly BufferId[] | undefined>>,
    parameters: KernelParameters,
  ): void;
  /**
   * The buffer in which all of these planes lie one after another, `planeStride` of their type apart; undefined
   * where each has a buffer of its own, as up to three have.
   */
  together(planes: readonly BufferId[]): BufferId | undefined;
  /** Space that lives only within this op. */
  scratch(elements: number, type?: ElementType): BufferId;
}

export interface OpDefinition<
  Name extends string = string,
  Inputs extends Record<string, InputSpec> = Record<string, InputSpec>,
  Outputs extends readonly string[] = readonly string[],
  Attrs extends Attributes = Attributes,
> {
  readonly name: Name;
  /** What it computes, with the formula and the units. */
  readonly doc: string;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly traits?: OpTraits;
  /**
   * Types of the outputs.
   * @throws InternalError when the inputs do not fit: a fault of the caller, never of a person.
   */
  infer(inputs: ByInput<Inputs, ValueType>, attributes: Attrs): ByOutput<Outputs, ValueType>;
  /**
   * Reverse mode: cotangents of the inputs from those of the outputs, as ops. An output whose
   * cotangent is undefined was not used. `'zero'` says that nothing depends on an input; one that is left out has no
   * gradient here, and asking for it is an error. `'constant'` is an op whose outputs count as constants wherever they
   * are used, though they are computed from what is differentiated: how much each voxel counts, for example.
   */
  readonly adjoint:
    | 'not-differentiable'
    | 'constant'
    | ((
        b: OpAppender,
        site: OpSite<Inputs, Outputs, Attrs>,
        cotangents: Partial<ByOutput<Outputs, ValueId>>,
      ) => { readonly [InputName in keyof Inputs]?: ValueId | 'zero' | undefined });
  /** Every kernel that `emit` may call: devices find kernels by name through this list. */
  // biome-ignore lint/suspicious/noExplicitAny: kernels are contravariant in their bindings.
  readonly kernels: readonly KernelDefinition<any, any>[];
  /** Appends the passes that compute it, in order. */
  emit(emitter: Emitter, site: EmitSite<Inputs, Outputs, Attrs>): void;
}

/** Declares an op. `defineOp<Attrs>()({...})`: attributes are named, the rest is inferred. */
export function defineOp<Attrs extends Attributes = Record<string, never>>() {
  return <
    const Name extends string,
    const Inputs extends Record<string, InputSpec>,
    const Outputs extends readonly string[],
  >(
    definition: OpDefinition<Name, Inputs, Outputs, Attrs>,
  ): OpDefinition<Name, Inputs, Outputs, Attrs> => definition;
}
