import type { DeviceChoice, EngineApi } from '../runtime/api/engine/engine-api';

/** What the command line needs of the machine. Only its root knows Node; tests bring their own. */
export interface Host {
  readonly version: string;
  /** Folder in which the shipped recipes lie under `pipelines/`. */
  readonly packageFolder: string;
  /** Threads to use unless told otherwise. */
  readonly processors: number;
  readonly terminal: Terminal;
  readonly files: Files;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly parseArgs: ParseArgs;
  /** Starts the engine; a GPU is looked for only where `device` may use one. */
  openEngine(options: {
    readonly device: DeviceChoice;
    readonly threads: number;
  }): Promise<EngineApi>;
  /**
   * Calls `handler` at the first Ctrl-C instead of ending the program; the second one ends it. A
   * handler that comes later takes its place.
   */
  onInterrupt(handler: () => void): void;
  now(): Date;
}

/** Where text goes: results to `out`, everything else to `error`. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** True where a person sees `error`, so that a line may be redrawn. */
  readonly isInteractive: boolean;
  readonly columns: number;
}

/** Files by path. All of them reject as Node's do, with `code` on the error. */
export interface Files {
  /** The whole file; rejects where it is larger than `maxFileBytes`, pipes and devices too. */
  read(path: string): Promise<Uint8Array>;
  /** Makes a folder with its parents and checks that files can be written there. */
  makeFolder(path: string): Promise<void>;
  /** Writes a whole file under another name; it appears under its own once it is kept. */
  stage(path: string, bytes: Uint8Array): Promise<StagedFile>;
  /** Removes a file, if there is one. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  join(folder: string, name: string): string;
  folderOf(path: string): string;
}

/** A file that is written and not yet seen. */
export interface StagedFile {
  readonly path: string;
  /** Gives the file its name, in place of one that had it before. */
  keep(): Promise<void>;
  /** Removes what was written, unless it is kept. */
  drop(): Promise<void>;
}

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
