/** A fault of ours: a broken invariant. Never shown as advice to a person. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}
