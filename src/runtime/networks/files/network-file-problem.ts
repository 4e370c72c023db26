/** Why a network's file is refused. */
export type NetworkFileReason =
  /** Cut off, changed or not such a file at all. */
  | 'damaged'
  /** Holds or declares more than is allowed. */
  | 'too-large'
  /** Of an architecture, a layer or a number format that is not read. */
  | 'foreign'
  /** Its weights do not fit the architecture that it names. */
  | 'mismatch'
  /** A weight is not a number. */
  | 'not-finite';

/** Thrown where a network's file is refused; the message says what is wrong with which part of it. */
export class NetworkFileProblem extends Error {
  override readonly name = 'NetworkFileProblem';
  readonly reason: NetworkFileReason;

  constructor(reason: NetworkFileReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
