import type { SeededChoices } from './seeded-choices';

type Holder = Record<string, unknown>;

interface RecipeJson {
  readonly nodes: Record<string, Holder>;
  edges: Holder[];
}

const escapeCharacter = String.fromCharCode(27);

/** Values that something may stumble over, wherever they stand. */
const oddValues: readonly unknown[] = [
  ...[0, -0, 1, -1, 0.5, 1e308, 5e-324, 2 ** 31, 2 ** 53 + 2, 1e-30, true, false, null],
  ...['', 'NaN', 'toString', '__proto__', '\u0000', '\ud800', '\u202e\u2066x\u2028', '../../x'],
  ...[`${escapeCharacter}[2J${escapeCharacter}]0;x\u0007`, '\u009b31m', 'a\rb', 'a'.repeat(20_000)],
  ...[
    'https://me:secret@127.0.0.1/',
    [],
    {},
    [[]],
    [1, 2, 3],
    { toString: 1 },
    Array(1000).fill(1),
  ],
];
const names = ['constructor', '__proto__', 'a', 'A', '1a', 'x-'.repeat(10), '\u202ea', 'then'];

/** Of its own for each place: one that stood in two could be put into itself. */
const oddValue = (pick: SeededChoices['pick']) => structuredClone(pick(oddValues));

const changes: readonly ((choices: SeededChoices, recipe: RecipeJson) => void)[] = [
  ({ pick }, recipe) => {
    const [holder, key] = pick(places(recipe));
    holder[key] = oddValue(pick);
  },
  ({ pick }, recipe) => {
    const [holder, key] = pick(places(recipe));
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  ({ pick }, recipe) => {
    const [from, key] = pick(places(recipe));
    const [to, other] = pick(places(recipe));
    to[other] = structuredClone(from[key]);
  },
  ({ pick }, recipe) => {
    const [holder] = pick(places(recipe));
    const value = oddValue(pick);
    if (Array.isArray(holder)) holder.push(value);
    else {
      Object.defineProperty(holder, pick(names), {
        ...{ value, enumerable: true, configurable: true, writable: true },
      });
    }
  },
  ({ pick }, { nodes }) => {
    const id = pick(Object.keys(nodes));
    const node = nodes[id]!;
    delete nodes[id];
    nodes[pick(names)] = node;
  },
  ({ pick }, recipe) => {
    recipe.edges.push({ from: pick(ends(recipe, 'from')), to: pick(ends(recipe, 'to')) });
  },
  ({ pick }, recipe) => {
    recipe.edges = recipe.edges.filter((edge) => edge !== pick(recipe.edges));
  },
  ({ pick, below }, { nodes }) => {
    const types = Object.values(nodes).map(({ type }) => type);
    for (let i = below(80); i >= 0; i -= 1) {
      nodes[`n${i}`] = { type: pick(types), version: 1, params: {} };
    }
  },
];

/** The text of a recipe after one to three changes; now and then cut, or with a byte that is another. */
export function mutatedRecipe(choices: SeededChoices, text: string): string {
  const { below, next } = choices;
  const recipe = JSON.parse(text) as RecipeJson;
  for (let i = below(3); i >= 0; i -= 1) {
    // A change may have taken away what the next one would change.
    if (isRecipe(recipe)) choices.pick(changes)(choices, recipe);
  }
  const changed = JSON.stringify(recipe, undefined, below(2) * 2);
  if (next() > 0.1) return changed;
  const at = below(changed.length);
  return (
    changed.slice(0, at) +
    (next() < 0.5 ? '' : choices.pick(['"', '}', '\u0000', '\u202e']) + changed.slice(at + 1))
  );
}

function isRecipe(recipe: RecipeJson): boolean {
  const hasNodes = typeof recipe.nodes === 'object' && recipe.nodes !== null;
  return (
    hasNodes &&
    Object.keys(recipe.nodes).length > 0 &&
    Object.values(recipe.nodes).every((node) => typeof node === 'object' && node !== null) &&
    Array.isArray(recipe.edges) &&
    recipe.edges.length > 0 &&
    recipe.edges.every((edge) => typeof edge === 'object' && edge !== null)
  );
}

function ends({ edges }: RecipeJson, end: 'from' | 'to'): readonly unknown[] {
  return edges.map((edge) => edge[end]);
}

/** Every value of the recipe, by what holds it and its key. */
function places(value: unknown): (readonly [Holder, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    [value as Holder, key] as const,
    ...places((value as Holder)[key]),
  ]);
}
