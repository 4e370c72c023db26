/** What a person reads: where and what was found and needed, and then what to do about it. */
export interface ProblemText {
  readonly message: string;
  readonly remedy: string;
}
