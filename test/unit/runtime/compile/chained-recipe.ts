import { greedyRecipe } from '../../../support/worked-example';

/**
 * The most that a short link can ask for: `stages` registrations by a velocity field of eight levels and
 * ten squarings, each starting from the one before, and all sharing their parts.
 */
export function chain(stages: number): object {
  const { fixed, moving, adam, lncc } = greedyRecipe.nodes;
  const names = Array.from({ length: stages }, (_, index) => `r${index}`);
  return {
    ...greedyRecipe,
    nodes: {
      fixed,
      moving,
      adam,
      lncc,
      model: { type: 'model.svf', version: 1, params: { squarings: 10 } },
      levels: {
        type: 'schedule.pyramid',
        version: 1,
        params: { shrink: [8, 7, 6, 5, 4, 3, 2, 1], iterations: new Array(8).fill(1) },
      },
      ...Object.fromEntries(
        names.map((name) => [name, { type: 'register', version: 1, params: {} }]),
      ),
    },
    edges: names.flatMap((name, index) => [
      { from: 'fixed.image', to: `${name}.fixed` },
      { from: 'moving.image', to: `${name}.moving` },
      { from: 'adam.optimizer', to: `${name}.optimizer` },
      { from: 'levels.schedule', to: `${name}.schedule` },
      { from: 'lncc.objective', to: `${name}.objectives` },
      { from: 'model.model', to: `${name}.model` },
      ...(index === 0 ? [] : [{ from: `r${index - 1}.transform`, to: `${name}.initial` }]),
    ]),
  };
}
