import type { NetworkCard } from './card';
import type { NamedWeights } from './weights-manifest';

/** A network in memory, on no device: what it is and its weights. */
export interface StoredNetwork {
  readonly card: NetworkCard;
  readonly weights: NamedWeights;
  /** Its layers as TensorFlow.js writes them; nothing here reads it. */
  readonly topology?: unknown;
}
