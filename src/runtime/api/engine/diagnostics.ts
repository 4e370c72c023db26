/** Where a diagnostic belongs: the editor shows it there, the command line names it. */
export interface DiagnosticPlace {
  readonly nodeId?: string;
  readonly port?: string;
  readonly parameter?: string;
  /** Path in the document where no node can be named. */
  readonly path?: string;
}

/** One thing that is wrong or doubtful: where; what was found; what was needed; what to do. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly at: DiagnosticPlace;
  readonly message: string;
  readonly remedy: string;
}

export type DiagnosticCode =
  | 'document' // the file itself; `at.path` says where
  | 'unknown-node'
  | 'node-version'
  | 'unknown-port'
  | 'type-mismatch'
  | 'missing-input'
  | 'too-many-wires'
  | 'cycle'
  | 'parameter'
  | 'input-missing' // a loader has no data yet
  | 'input-problem' // a file cannot be read or is doubtful
  | 'recipe' // a node refuses what it was given
  | 'doubtful-result' // it is there, and something speaks against it
  | 'not-differentiable'
  | 'out-of-memory'
  | 'device'
  | 'machine' // the system gives no more files, threads or memory
  | 'usage' // the arguments do not make sense
  | 'output' // a result cannot be written
  | 'non-finite'
  | 'internal';
