/** A fault of ours: a broken invariant. Never shown as advice to a person. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
  /** Node of the document that was worked for, where that is known. */
  readonly nodeId: string | undefined;

  constructor(message: string, of: { readonly nodeId?: string; readonly cause?: unknown } = {}) {
    super(message, of.cause === undefined ? {} : { cause: of.cause });
    this.nodeId = of.nodeId;
  }
}

/**
 * Does `work`, and puts what it throws down to a node.
 * @throws InternalError with the node, for whatever `work` throws that names none yet
 */
export function withFaultsAt<Result>(nodeId: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (nodeId === '' || namesNode(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new InternalError(message, { nodeId, cause });
  }
}

function namesNode(error: unknown): boolean {
  return error instanceof Error && 'nodeId' in error && error.nodeId !== undefined;
}
