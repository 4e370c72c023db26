/** Node types and parameters of a registration of the loaders `fixed` and `moving`. */
export interface PairRecipe {
  readonly model: string;
  readonly objective: string;
  readonly optimizer: string;
  readonly shrink: readonly number[];
  readonly iterations: readonly number[];
  readonly objectiveParams?: Readonly<Record<string, unknown>>;
}

/** A recipe of one registration, named `r`. */
export function pairRecipe(parts: PairRecipe): object {
  const node = (type: string, params: object = {}) => ({ type, version: 1, params });
  const wire = (from: string, port: string) => ({ from, to: `r.${port}` });
  const { shrink, iterations } = parts;
  return {
    schemaVersion: 1,
    name: 'pair',
    description: '',
    nodes: {
      fixed: node('load.image'),
      moving: node('load.image'),
      m: node(parts.model),
      o: node(parts.objective, parts.objectiveParams),
      a: node(parts.optimizer),
      s: node('schedule.pyramid', { shrink, iterations, convergence: 0 }),
      r: node('register'),
    },
    edges: [
      wire('fixed.image', 'fixed'),
      wire('moving.image', 'moving'),
      wire('m.model', 'model'),
      wire('o.objective', 'objectives'),
      wire('a.optimizer', 'optimizer'),
      wire('s.schedule', 'schedule'),
    ],
    layout: {},
  };
}
