/** A network that cannot be built here, in words for people. */
export class NetworkProblem extends Error {
  override readonly name = 'NetworkProblem';
  readonly remedy: string;
  /** The input of the node that asked for it. */
  readonly port: string;

  constructor(message: string, remedy: string, port = 'network') {
    super(message);
    this.remedy = remedy;
    this.port = port;
  }
}
