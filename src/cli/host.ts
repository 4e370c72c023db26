import type { DeviceChoice, EngineApi } from '../runtime/api/engine/engine-api';
import type { ExitStatus } from './exit-status';

/** What the command line needs of the machine. Only its root knows Node; tests bring their own. */
export interface Host {
  readonly version: string;
  /** Folder in which the shipped recipes lie under `pipelines/`. */
  readonly packageFolder: string;
  /** Threads to use unless told otherwise. */
  readonly processors: number;
  readonly terminal: Terminal;
  readonly files: Files;
  /** Asks one address, without credentials, and follows nothing. */
  readonly fetch: (url: string) => Promise<Response>;
  readonly parseArgs: ParseArgs;
  /** Starts the engine; a GPU is looked for only where `device` may use one. */
  openEngine(options: {
    readonly device: DeviceChoice;
    readonly threads: number;
    /** Folder in which trainings leave what they are taken up from; nowhere where left out. */
    readonly checkpoints?: string;
  }): Promise<EngineApi>;
  /**
   * Calls `handler` at the first Ctrl-C, or when the program is told to end in another way, instead of ending
   * it; the second time ends it. A handler that comes later takes its place until the function that is
   * returned for it is called.
   */
  onInterrupt(handler: (status: ExitStatus) => void): () => void;
  now(): Date;
}

/**
 * Where text goes: results to `out`, everything else to `error`. All of it is made `printable` here, and
 * nowhere else.
 */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Puts `line` in place of the one that was drawn before; an empty one leaves nothing. */
  redraw(line: string): void;
  /** True where a person sees `error`, so that a line may be redrawn. */
  readonly isInteractive: boolean;
}

/** Files by path. All of them reject as Node's do, with `code` on the error. */
export interface Files {
  /** The whole file; rejects where it is larger than `maxFileBytes`, pipes and devices too. */
  read(path: string): Promise<Uint8Array>;
  /** The first 256 bytes of some files that lie in a folder; none where it is no folder. */
  startsIn(folder: string): Promise<readonly Uint8Array[]>;
  /**
   * Files of a folder and those in it, `/` between their names, sorted; undefined where it is no folder. Hidden folders are
   * passed over; rejects where there are more than `most`.
   */
  list(folder: string, most: number): Promise<readonly string[] | undefined>;
  /** Makes a folder with its parents and checks that files can be written there. */
  makeFolder(path: string): Promise<void>;
  /** Claims a folder for one run; rejects where nothing can be written there. */
  claim(folder: string): Promise<ClaimResult>;
  /**
   * What tells a file apart from all others, whatever path or link leads to it; undefined where there is
   * none.
   */
  identityOf(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  join(folder: string, name: string): string;
  folderOf(path: string): string;
}

/** A folder that is ours, or who has it, in words that complete "is written by …", and where that is said. */
export type ClaimResult =
  | { readonly ok: true; readonly claim: FolderClaim }
  | { readonly ok: false; readonly holder: string; readonly lockPath: string };

/** A folder into which no other run writes before it is released. */
export interface FolderClaim {
  /** Writes a whole file under another name; it appears under its own once all are published. */
  stage(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Gives the staged files their names, in place of those that had them before; at once, so that no signal
   * comes between two of them. The files `replaced` go first. Where one cannot be named none is kept.
   */
  publish(replaced: readonly string[]): PublishResult;
  /** Removes what was staged and not published, and lets the next run in. */
  release(): void;
}

export type PublishResult =
  | { readonly ok: true; readonly paths: readonly string[] }
  | { readonly ok: false; readonly path: string; readonly reason: string };

/** One option of a command, as `parseArgs` of `node:util` wants it. */
export interface OptionConfig {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
}

/** `parseArgs` of `node:util`, as far as it is used. Throws where the arguments do not fit. */
export type ParseArgs = (config: {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, OptionConfig>>;
}) => {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
};
