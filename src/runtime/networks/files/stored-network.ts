import type { NetworkCard } from './card';
import type { NamedWeights } from './weights-manifest';

/** A network in memory, on no device: what it is and its weights. */
export interface StoredNetwork {
  readonly card: NetworkCard;
  readonly weights: NamedWeights;
}
