/** Keeps checkpoints of trainings under keys; whoever starts the engine says where. */
export interface CheckpointStore {
  load(key: string): Promise<Uint8Array | undefined>;
  /** Rejects where there is no room; the training goes on, and says so. */
  save(key: string, bytes: Uint8Array): Promise<void>;
}
