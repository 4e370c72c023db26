import type { Formula } from './formula';
import type { Constant, Dial, GraphInput, StopRule } from './op-graph';
import type { ElementType, ValueId } from './values';

/** Index of a virtual buffer: a plane of a value, all planes of one, or scratch space. */
export type BufferId = number & { readonly bufferId: unique symbol };

/** What a virtual buffer is for. */
export type BufferRole = 'input' | 'dial' | 'constant' | 'value' | 'scratch' | 'trace';

export interface VirtualBuffer {
  readonly elements: number;
  readonly type: ElementType;
  readonly role: BufferRole;
  /** For people: origin and op, for example `register/sample.value[0]`. */
  readonly label: string;
  /** Of a plane that lies in a buffer of several: that buffer, and the element of it at which the plane begins. */
  readonly within?: { readonly whole: BufferId; readonly first: number };
}

/** The buffer that has memory of its own: that of several planes where `buffer` is one of them, else itself. */
export function wholeOf(buffers: readonly VirtualBuffer[], buffer: BufferId): BufferId {
  return buffers[buffer]?.within?.whole ?? buffer;
}

export type KernelParameters = Readonly<Record<string, number | readonly number[]>>;

/** One kernel over its buffers; `null` stands for an optional binding that is absent. */
export interface Pass {
  readonly kernel: string;
  /** What the kernel is generated from, where it is not one of those that are listed. */
  readonly formula?: Formula;
  readonly buffers: readonly (BufferId | null)[];
  readonly parameters: KernelParameters;
  readonly origin: string;
}

/** Passes that are run `count` times one after another, at least once. */
export interface Repeat<Item = Pass> {
  readonly kind: 'repeat';
  readonly origin: string;
  readonly label: string;
  readonly count: number;
  readonly passes: readonly Work<Item>[];
}

/** What a step does in order: passes, and passes that are repeated. */
export type Work<Item = Pass> = Item | Repeat<Item>;

export interface ProgramStep {
  readonly kind: 'program';
  readonly origin: string;
  readonly passes: readonly Work[];
}

export interface LoopStep {
  readonly kind: 'loop';
  readonly origin: string;
  readonly label: string;
  /** One iteration. It ends with the passes that record the losses and advance the counter. */
  readonly passes: readonly Work[];
  readonly stop: StopRule;
  readonly lossNames: readonly string[];
  /** Numbers in a row of the trace: the losses, then the marks that only the stop rule looks at. */
  readonly columns: number;
  /** `maxIterations × columns` floats, one row an iteration. */
  readonly trace: BufferId;
  /** Buffer of the image that shows progress, with the value it belongs to. */
  readonly preview?: { readonly buffer: BufferId; readonly value: ValueId };
}

export type Step = ProgramStep | LoopStep;

/** The program as kernels over virtual buffers, in order of execution. */
export interface KernelGraph {
  readonly buffers: readonly VirtualBuffer[];
  readonly steps: readonly Step[];
  /** The planes of each value that is an input, a dial, a constant or a result. */
  readonly buffersOfValue: ReadonlyMap<ValueId, readonly BufferId[]>;
  readonly inputs: readonly GraphInput[];
  readonly dials: readonly Dial[];
  readonly constants: readonly Constant[];
  readonly results: readonly ValueId[];
}
