export interface FuzzProperty {
  readonly name: string;
  run(count: number, seed: number): Promise<{ tried: number; faults: readonly string[] }>;
}
