/** A recipe with edits that were in no file when it was last written. */
export interface Draft {
  readonly id: string;
  /** The tab that wrote it; drafts of earlier versions name none. */
  readonly tab?: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}
