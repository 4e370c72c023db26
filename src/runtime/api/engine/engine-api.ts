import type { Matrix3x4, Vec3 } from '../../../imaging/frames';
import type { LabelIds } from '../../../imaging/volume';
import type { NamedNumbers } from '../data-kinds/define-data-kind';
import type { DataPortType } from '../data-kinds/index';
import type { Diagnostic } from './diagnostics';
import type { FileFormat, PartFormat } from './file-writers/index';
import type { InputDescriptor, SourceRequest } from './inputs';

/**
 * The one interface between the engine and whoever drives it (page or command line). Volumes stay
 * with the engine; handles and small records cross. Expected failures are returned as diagnostics,
 * because an error that crosses to another thread keeps only its message.
 */
export interface EngineApi {
  /** What this machine offers. */
  describe(): Promise<EngineDescription>;
  /**
   * Reads or generates a loader's data and keeps it. Transfer `bytes`: the engine owns them after. A
   * file that is opened for a loader ends the reading of the one before.
   */
  openInput(request: OpenInputRequest): Promise<OpenInputResult>;
  /** Compiles without running: diagnostics and, where there are no errors, the plan's summary. */
  compile(request: CompileRequest): Promise<CompileResult>;
  /** Compiles and runs. `onProgress` is called at most ten times a second. */
  run(request: RunRequest, onProgress: (progress: RunProgress) => void): Promise<RunResult>;
  /**
   * Stops a run within a second, a waiting one at once. What it had finished is among its outputs,
   * and the next run need not compute it again.
   */
  cancel(runId: string): Promise<void>;
  /**
   * Turns a parameter of a running recipe; in one that waits, from its beginning. Recorded in the
   * manifest with its iteration.
   */
  turn(runId: string, nodeId: string, parameter: string, value: number): Promise<TurnOutcome>;
  /** Brings a result over, ready for the viewer or a file. The arrays are transferred. */
  read(request: ReadRequest): Promise<ReadResult>;
  /** Frees what is kept under handles that are no longer needed. */
  release(handles: readonly string[]): Promise<void>;
}

/** The kinds of device that there can be. */
export const deviceKinds = ['gpu', 'cpu'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** What can be asked for; `auto` leaves the choice to the engine. */
export const deviceChoices = ['auto', ...deviceKinds] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

export interface EngineDescription {
  /** In the order in which `auto` takes them. */
  readonly devices: readonly { readonly kind: DeviceKind; readonly name: string }[];
  /** Which are not there, and why, in a sentence for people. */
  readonly missing: readonly { readonly kind: DeviceKind; readonly because: string }[];
  /** Threads of the device that has most. */
  readonly threads: number;
}

export interface OpenInputRequest {
  readonly nodeId: string;
  readonly source: SourceRequest;
  /** Bytes of the file where the source is a file or an address; the caller has fetched them. */
  readonly bytes?: Uint8Array;
  /** Bytes of the .img where `bytes` are the .hdr of a pair. */
  readonly voxelBytes?: Uint8Array;
  readonly fileName?: string;
}

export type OpenInputResult =
  | {
      readonly ok: true;
      /** Pass it in `bindings`; read it with `read`. */
      readonly handle: string;
      readonly descriptor: InputDescriptor;
      readonly sha256: string;
      readonly warnings: readonly Diagnostic[];
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      /** Another file was opened for the same loader meanwhile, or the session ended: nothing is wrong. */
      readonly isSuperseded?: true;
    };

/** The document's text as it stands, and the handle of each loader's data by node id. */
export interface CompileRequest {
  readonly documentText: string;
  readonly bindings: Readonly<Record<string, string>>;
  readonly device: DeviceChoice;
  /**
   * What a run leaves to be read: `all` that its nodes give (unless told, and as far as the device has
   * the memory), or what is `needed`: what the recipe saves, tables and affine transforms.
   */
  readonly keep?: 'all' | 'needed';
  /** Print the program after this phase. */
  readonly printAfter?: PhaseName;
}

/** The compiler's phases, in order. */
export const phaseNames = [
  'parse',
  'validate',
  'lower',
  'differentiate',
  'simplify',
  'fuse',
  'schedule',
  'allocate',
] as const;
export type PhaseName = (typeof phaseNames)[number];

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly plan?: PlanSummary;
  readonly printed?: string;
}

export interface PlanSummary {
  readonly device: DeviceKind;
  readonly peakBytes: number;
  readonly compileMs: number;
  readonly steps: readonly PlanStepSummary[];
}

export interface PlanStepSummary {
  readonly nodeId: string;
  readonly label: string;
  readonly kind: 'program' | 'loop';
  /** Of one iteration where it is a loop. */
  readonly passes: readonly {
    readonly kernel: string;
    /** All times together. */
    readonly bytes: number;
    readonly operations: number;
    /** How often it is run each time, where that is not once: it stands in a counted loop. */
    readonly times?: number;
  }[];
  readonly maxIterations?: number;
}

export interface RunRequest extends CompileRequest {
  readonly runId: string;
  /** Time every pass (gpu: timestamp queries where there are any). Slower. */
  readonly profile?: boolean;
  /** Send previews of a loop's image at most this often; 0 sends none. */
  readonly previewEveryMs?: number;
}

/**
 * Whether a parameter was turned, and the first iteration that has the new value. Where the level
 * ends before it, a later one has it: the run's result says which.
 */
export type TurnOutcome =
  | { readonly ok: true; readonly label: string; readonly atIteration: number }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A node is `cancelled` where the run ended, or another node failed, before it was complete. */
export type NodeState = 'waiting' | 'running' | 'done' | 'cached' | 'failed' | 'cancelled';

export interface RunProgress {
  readonly runId: string;
  /** States that changed since the last message. */
  readonly nodes: readonly NodeProgress[];
  /** Losses that arrived since the last message. */
  readonly losses: readonly LossPoints[];
  readonly preview?: VolumeData & { readonly nodeId: string };
  /** From the loops that are left, where an estimate is possible. */
  readonly secondsLeft?: number;
}

export interface NodeProgress {
  readonly nodeId: string;
  readonly state: NodeState;
  readonly seconds?: number;
  readonly loop?: {
    readonly label: string;
    readonly iteration: number;
    readonly maxIterations: number;
  };
}

export interface LossPoints {
  readonly nodeId: string;
  /** Level's label; a curve is drawn per level. */
  readonly label: string;
  readonly names: readonly string[];
  readonly firstIteration: number;
  /** One row an iteration, one number a name. */
  readonly rows: readonly (readonly number[])[];
}

export interface RunResult {
  readonly status: 'done' | 'failed' | 'cancelled';
  readonly diagnostics: readonly Diagnostic[];
  readonly device: DeviceKind;
  readonly deviceName: string;
  /**
   * Numbers of all tables, by row: `dice.mean`. A row that several nodes of the recipe give has no
   * plain name: it is `node.row` for each, as `after.ncc`. What the recipe's `expects` names as
   * `node.row` is there under that name too.
   */
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: { readonly total: number; readonly nodes: Readonly<Record<string, number>> };
  readonly peakBytes: number;
  readonly levels: readonly LevelOutcome[];
  /** True when every level of every loop met its stop rule before its cap. */
  readonly converged: boolean;
  /** What can be read, by node and port. */
  readonly outputs: readonly OutputHandle[];
  readonly turned: readonly {
    readonly nodeId: string;
    readonly parameter: string;
    readonly value: number;
    /** First level that had the new value, as in `levels`, and its first such iteration, from 0. */
    readonly label: string;
    readonly atIteration: number;
  }[];
}

export interface LevelOutcome {
  readonly nodeId: string;
  readonly label: string;
  readonly iterations: number;
  readonly maxIterations: number;
  readonly outcome: 'converged' | 'cap' | 'cancelled';
  readonly finalLoss: number;
}

export interface OutputHandle {
  readonly nodeId: string;
  readonly port: string;
  readonly kind: DataPortType;
  readonly handle: string;
  /** Of the files that not every value of its kind has, those that it has: the fields of a transform. */
  readonly fields?: readonly PartFormat[];
}

export type ReadRequest =
  /** What lies on a grid as a volume for the viewer. */
  | { readonly handle: string; readonly as: 'volume' }
  /** Affine and displacement as numbers. */
  | { readonly handle: string; readonly as: 'transform' }
  | { readonly handle: string; readonly as: 'table' }
  /** Bytes of a file, in the geometry of the fixed image where it has one. */
  | {
      readonly handle: string;
      readonly as: 'file';
      readonly format: FileFormat;
      /** What only a person can say of it, for formats that hold such words. */
      readonly words?: Readonly<Record<string, string>>;
    };

export type ReadResult =
  | { readonly kind: 'volume'; readonly volume: VolumeData }
  | { readonly kind: 'transform'; readonly affine: Matrix3x4; readonly displacement?: VolumeData }
  | { readonly kind: 'table'; readonly rows: NamedNumbers }
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing'; readonly diagnostics: readonly Diagnostic[] };

/** A volume that crossed the boundary: planar, x fastest, world = RAS+ mm. */
export interface VolumeData {
  readonly sizeVoxels: Vec3;
  readonly worldFromVoxel: Matrix3x4;
  readonly channels: number;
  readonly values: Float32Array;
  /** Of a map of labels, whose values are indices: the label by index. */
  readonly labelIds?: LabelIds;
}
