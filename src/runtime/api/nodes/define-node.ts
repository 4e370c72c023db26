import type { z } from 'zod';
import type { NodeMigrations } from '../../../pipeline/migrations';
import type { DataPortType, DataValues } from '../data-kinds/index';
import type { SavedFormat } from '../engine/file-writers/index';
import type { InputDescriptor, SourceRequest } from '../engine/inputs';
import type { Builder } from './builder';
import type { ArrivedValues, ComputeContext, ComputedValue } from './computed-values';
import type { LoweringProblem } from './lowering-problem';
import type { PortType, PortValues } from './port-values';
import type { TrainingContext, TrainingRequest } from './training';

export interface PortDefinition<Type extends PortType = PortType> {
  readonly type: Type;
  /** One sentence: what the port takes or gives, with units. */
  readonly doc: string;
}

export interface InputPortDefinition<Type extends PortType = PortType>
  extends PortDefinition<Type> {
  /** May be left unwired. */
  readonly optional?: true;
  /** Takes any number of wires; the node gets a list. */
  readonly many?: true;
  /** Its wires count: where one is left out for want of data, those after it are too. */
  readonly inOrder?: true;
}

type InputValue<Port extends InputPortDefinition> = Port extends { readonly many: true }
  ? readonly PortValues[Port['type']][]
  : Port extends { readonly optional: true }
    ? PortValues[Port['type']] | undefined
    : PortValues[Port['type']];

export type InputValues<Inputs extends Record<string, InputPortDefinition>> = {
  readonly [Name in keyof Inputs]: InputValue<Inputs[Name]>;
};

export type OutputValues<Outputs extends Record<string, PortDefinition>> = {
  readonly [Name in keyof Outputs]: PortValues[Outputs[Name]['type']];
};

/** The palette's sections, in its order. */
export const sections = [
  'load',
  'prepare',
  'initialise',
  'model',
  'similarity',
  'regularizer',
  'optimizer',
  'network',
  'register',
  'apply',
  'evaluate',
  'view',
  'save',
] as const;
export type Section = (typeof sections)[number];

export interface NodeReference {
  readonly text: string;
  readonly doi?: string;
}

/** What the reference page, the inspector and the palette say about a node. */
export interface NodeDocumentation {
  /** One sentence. */
  readonly summary: string;
  /** Markdown without HTML: what it does, when to use it and when not. */
  readonly details: string;
  /** KaTeX. */
  readonly formula?: string;
  readonly references?: readonly NodeReference[];
}

/** What a node may know while it says its meaning. */
export interface LoweringContext {
  readonly nodeId: string;
  /** The data bound to a loader's output, or undefined for nodes that load nothing. */
  readonly source: InputDescriptor | undefined;
  /**
   * The bound data as a value of the program: all parts that data of its kind has.
   * @throws InternalError where data of another kind is bound; look at `source` first
   */
  input<Kind extends DataPortType>(kind: Kind): DataValues[Kind];
  /**
   * Stops with a diagnostic on this node: the recipe is wrong in a way that only its data shows.
   */
  refuse(problem: LoweringProblem): never;
}

export interface NodeDefinition<
  Type extends string = string,
  Params extends z.ZodType = z.ZodType,
  Inputs extends Record<string, InputPortDefinition> = Record<string, InputPortDefinition>,
  Outputs extends Record<string, PortDefinition> = Record<string, PortDefinition>,
> {
  /** `section.name`, never changed once published. */
  readonly type: Type;
  /** Raised with a migration whenever the meaning of the parameters changes. */
  readonly version: number;
  readonly title: string;
  readonly section: Section;
  /** Other words under which people look for it. */
  readonly synonyms: readonly string[];
  readonly documentation: NodeDocumentation;
  readonly params: Params;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  /** From each older version of the parameters to the next; keys are the older versions. */
  readonly migrations?: NodeMigrations['migrate'];
  /** Loaders only: the data that the session must bring before the recipe can be compiled. */
  source?(params: z.output<Params>): SourceRequest;
  /** Savers only: what to write once the recipe has run, as file name and input port. */
  files?(params: z.output<Params>): readonly SavedFile[];
  /** Says what the node means, in ops and parts of a recipe. */
  lower(
    b: Builder,
    inputs: InputValues<Inputs>,
    params: z.output<Params>,
    context: LoweringContext,
  ): OutputValues<Outputs>;
  /** Nodes that compute by themselves, instead of by ops: see `defineComputedNode`. */
  compute?(
    inputs: ArrivedValues,
    params: z.output<Params>,
    context: ComputeContext,
  ): Promise<Readonly<Record<string, ComputedValue>>>;
  /** Nodes that learn, instead of computing at once: see `defineTrainingNode`. */
  train?(
    inputs: ArrivedValues,
    params: z.output<Params>,
    context: TrainingContext,
  ): TrainingRequest | Promise<TrainingRequest>;
}

/** True for nodes at which a recipe is cut: what they give is not said in ops. */
export function standsApart({ compute, train }: NodeDefinition): boolean {
  return compute !== undefined || train !== undefined;
}

/** A file that a run writes, or a set of files. */
export interface SavedFile {
  /** Of a set, what the names of its files begin with. */
  readonly name: string;
  /** The input port whose value is written. */
  readonly port: string;
  readonly format: SavedFormat;
  /** What only a person can say of it, for formats that hold such words. */
  readonly words?: Readonly<Record<string, string>>;
}

/** Declares a node; gives the types of its ports and parameters to `lower`. */
export function defineNode<
  const Type extends string,
  Params extends z.ZodType,
  const Inputs extends Record<string, InputPortDefinition>,
  const Outputs extends Record<string, PortDefinition>,
>(
  definition: NodeDefinition<Type, Params, Inputs, Outputs>,
): NodeDefinition<Type, Params, Inputs, Outputs> {
  return definition;
}

/** Node definitions by type. Passed to the compiler, the editor and the command line. */
export type NodeRegistry = ReadonlyMap<string, NodeDefinition>;
