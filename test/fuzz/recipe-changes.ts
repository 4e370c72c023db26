import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { nodeRegistry } from '../../src/nodes/index';

/** A recipe as its file holds it, to be changed at will. */
export interface LooseRecipe {
  name: string;
  schemaVersion: unknown;
  description: unknown;
  nodes: Record<string, LooseNode>;
  edges: Record<string, unknown>[];
  layout: Record<string, unknown>;
}
interface LooseNode {
  type: string;
  version: unknown;
  params: Record<string, unknown>;
}

/** One hostile text, what was done to a shipped recipe to get it, and whether it must be refused. */
export interface HostileRecipe {
  readonly kind: string;
  readonly text: string;
  readonly mustBeRefused: boolean;
}

const folder = 'pipelines';
const shipped = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));
const types = [...nodeRegistry.keys()];

interface Schema {
  readonly minimum?: number;
  readonly maximum?: number;
}
const published = JSON.parse(readFileSync('schema/weft-pipeline.schema.json', 'utf8')) as {
  readonly $defs: Readonly<
    Record<string, { readonly properties?: Readonly<Record<string, Schema>> }>
  >;
};
const schemasOf = (type: string) =>
  Object.entries(published.$defs[`params.${type}`]?.properties ?? {});

/** Values that stand where another is due: at the ends of what numbers and texts can be, and traps. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[0, -0, 1, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 1e21, 1e-30],
    ...['', 'NaN', '1', 'toString', '__proto__', '\u0000', '\ud800', '\u202e\u2066x'],
    ...['../../x', '<img src=x onerror=alert(1)>', 'javascript:alert(1)'],
    ...['é'.repeat(300), 'a'.repeat(1001), 'a'.repeat(20_000)],
    ...[true, false, null, [], {}, [[]], Array(1001).fill(1), { kind: 'url' }],
    ...[{ toString: 1 }, { valueOf: [] }, { toJSON: 1 }, { length: -1 }, JSON.parse('{"then":1}')],
  ),
  fc.nat(16).map(nested),
  fc.jsonValue({ maxDepth: 2 }),
);

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

type Parent = Record<string, unknown>;

function placesIn(value: unknown): (readonly [Parent, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Parent;
  return Object.keys(parent).flatMap((key) => [[parent, key] as const, ...placesIn(parent[key])]);
}

/** The item of a list that a number of any size picks. */
const pick = <Item>(list: readonly Item[], number: number): Item =>
  list[number % list.length] as Item;

/** Returns false where the change does not apply to this recipe. */
type Change = (recipe: LooseRecipe, at: readonly number[], odd: unknown) => boolean | undefined;

const nodeAt = (recipe: LooseRecipe, at: number) => pick(Object.values(recipe.nodes), at);
const register = (recipe: LooseRecipe) =>
  Object.keys(recipe.nodes).find((id) => recipe.nodes[id]?.type === 'register') ?? '';
const always = (work: () => void): undefined => {
  work();
  return undefined;
};
const manyNodes = (recipe: LooseRecipe, count: number, type: string): undefined => {
  for (let index = 0; index < count; index += 1) {
    recipe.nodes[`n${index}`] = { type, version: 1, params: {} };
  }
  return undefined;
};

/** By name: whether what comes of it must be refused, and the change. */
const changes: Readonly<Record<string, readonly [boolean, Change]>> = {
  value: [
    false,
    (recipe, [at = 0], odd) => {
      const [parent, key] = pick(placesIn(recipe), at);
      parent[key] = odd;
      return undefined;
    },
  ],
  removed: [
    false,
    (recipe, [at = 0]) => {
      const [parent, key] = pick(placesIn(recipe), at);
      return Array.isArray(parent) ? !parent.splice(Number(key), 1) : !delete parent[key];
    },
  ],
  moved: [
    false,
    (recipe, [from = 0, to = 0]) => {
      const [source, name] = pick(placesIn(recipe), from);
      const copy = structuredClone(source[name]);
      const [parent, key] = pick(placesIn(recipe), to);
      parent[key] = copy;
      return undefined;
    },
  ],
  type: [
    false,
    (recipe, [at = 0, type = 0]) =>
      always(() => {
        nodeAt(recipe, at).type = pick([...types, 'to-string', 'constructor', '', 'a.b'], type);
      }),
  ],
  wire: [
    false,
    (recipe, [from = 0, to = 0, port = 0]) =>
      always(() => {
        const ids = Object.keys(recipe.nodes);
        const outputs = ['image', 'transform', 'toString', 'constructor', 'warped', 'labels'];
        const inputs = ['fixed', 'moving', 'initial', 'image', 'valueOf'];
        recipe.edges.push({
          from: `${pick(ids, from)}.${pick(outputs, port)}`,
          to: `${pick(ids, to)}.${pick(inputs, port)}`,
        });
      }),
  ],
  'at its bounds': [
    false,
    (recipe, [side = 0]) =>
      always(() => {
        for (const { type, params } of Object.values(recipe.nodes)) {
          for (const [name, { minimum, maximum }] of schemasOf(type)) {
            const bound = side % 2 ? maximum : minimum;
            if (bound !== undefined) params[name] = bound;
          }
        }
      }),
  ],
  'version 0': [
    false,
    (recipe, [at = 0], odd) =>
      always(() => {
        recipe.schemaVersion = 0;
        Object.assign(nodeAt(recipe, at), { position: odd });
        recipe.edges = recipe.edges.map(({ from, to }) => [from, to]) as never;
      }),
  ],
  layout: [
    false,
    (recipe, [at = 0, place = 0]) =>
      always(() => {
        const places = [[1e6, -1e6], [1e6 + 1, 0], [0.5, 0], [-0, 0], [], [1, 2, 3], 'x'];
        recipe.layout[pick(Object.keys(recipe.nodes), at)] = pick(places, place);
      }),
  ],
  'many objectives': [
    false,
    (recipe, [many = 0]) =>
      always(() => {
        for (let index = 0; index <= many % 40; index += 1) {
          recipe.nodes[`o${index}`] = { type: 'similarity.lncc', version: 1, params: {} };
          recipe.edges.push({
            from: `o${index}.objective`,
            to: `${register(recipe)}.objectives`,
          });
        }
      }),
  ],
  'forbidden key': [
    true,
    (recipe, [at = 0, name = 0], odd) => {
      const [parent] = pick(placesIn(recipe), at);
      if (Array.isArray(parent)) return false;
      Object.defineProperty(parent, pick(['__proto__', 'constructor', 'prototype'], name), {
        value: odd,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return undefined;
    },
  ],
  'wire to itself': [
    true,
    (recipe) =>
      always(() => {
        const id = register(recipe);
        recipe.edges.push({ from: `${id}.transform`, to: `${id}.initial` });
      }),
  ],
  'wire twice': [
    true,
    (recipe, [at = 0]) => always(() => recipe.edges.push({ ...pick(recipe.edges, at) })),
  ],
  'newer form': [
    true,
    (recipe, [at = 0]) =>
      always(() => {
        recipe.schemaVersion = pick([2, 99, 1.5, '1', null, -1, 1e300, true, [1]], at);
      }),
  ],
  'newer node': [
    true,
    (recipe, [at = 0, version = 0]) =>
      always(() => {
        nodeAt(recipe, at).version = pick([999, 0, -1, 1.5, '1', 1e308], version);
      }),
  ],
  'beyond its bounds': [
    true,
    (recipe, [at = 0, which = 0, side = 0]) => {
      const { type, params } = nodeAt(recipe, at);
      const bounded = schemasOf(type).filter(
        ([, { minimum, maximum }]) => minimum !== undefined && maximum !== undefined,
      );
      if (bounded.length === 0) return false;
      const [name, { minimum = 0, maximum = 0 }] = pick(bounded, which);
      params[name] = side % 2 ? maximum + 1 : minimum - 1;
      return undefined;
    },
  ],
  'too deep': [
    true,
    (recipe, [at = 0, levels = 0]) =>
      always(() => {
        nodeAt(recipe, at).params.deep = nested(14 + (levels % 2000));
      }),
  ],
  'too many nodes': [true, (recipe) => manyNodes(recipe, 501, 'view.difference')],
  'too many loaders': [true, (recipe) => manyNodes(recipe, 33, 'load.image')],
  'no end of a wire': [
    true,
    (recipe, [at = 0, side = 0, end = 0]) =>
      always(() => {
        const ends = ['x', 'nobody.image', 'a.b.c', '', 'toString.constructor', '__proto__.image'];
        pick(recipe.edges, at)[pick(['from', 'to'], side)] = pick(ends, end);
      }),
  ],
  'name of a file': [
    true,
    (recipe, [at = 0]) => {
      const node = Object.values(recipe.nodes).find(({ type }) => type === 'save.image');
      if (node === undefined) return false;
      const names = [
        '../../x.nii.gz',
        '/etc/x.nii',
        'a\\b.nii.gz',
        'NUL.nii',
        'x\u0000.nii',
        '.nii',
      ];
      node.params.name = pick(names, at);
      return undefined;
    },
  ],
};

const byValue: fc.Arbitrary<HostileRecipe> = fc
  .record({
    kind: fc.constantFrom(...Object.keys(changes)),
    text: fc.constantFrom(...shipped),
    at: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    odd: oddValue,
  })
  .map(({ kind, text, at, odd }) => {
    const [isRefused, change] = changes[kind] as readonly [boolean, Change];
    const recipe = JSON.parse(text) as LooseRecipe;
    const applies = change(recipe, at, odd) !== false;
    return { kind, text: JSON.stringify(recipe), mustBeRefused: isRefused && applies };
  });

/** By name: whether what comes of it must be refused, and the change of the text. */
const textChanges: Readonly<
  Record<string, readonly [boolean, (text: string, at: readonly number[]) => string]>
> = {
  cut: [true, (text, [at = 0]) => text.slice(0, 1 + (at % (text.trimEnd().length - 1)))],
  'key twice': [
    true,
    (text, [at = 0]) => {
      const match = pick([...text.matchAll(/"([a-z][A-Za-z-]*)":/g)], at);
      return `${text.slice(0, match.index)}"${match[1]}": 1,${text.slice(match.index)}`;
    },
  ],
  'no number': [
    true,
    (text, [at = 0, which = 0]) => {
      const match = pick([...text.matchAll(/: (\d+(?:\.\d+)?)/g)], at);
      const wrong = ['NaN', 'Infinity', '-', '01', '+1', '.5', '1.', '0x10', '1e', '1e309'];
      const rest = text.slice(match.index + match[0].length);
      return `${text.slice(0, match.index)}: ${pick(wrong, which)}${rest}`;
    },
  ],
  trail: [true, (text, [at = 0]) => text + pick(['x', ',', '{}', '\u0000', '// x', ']'], at)],
  'other characters': [
    false,
    (text, at) => {
      const bytes = Buffer.from(text);
      for (const place of at) bytes[place % bytes.length] = place % 251;
      return bytes.toString('utf8');
    },
  ],
  splice: [
    false,
    (text, [from = 0, to = 0, length = 0]) => {
      const piece = text.slice(from % text.length, (from % text.length) + (length % 200));
      const place = to % text.length;
      return text.slice(0, place) + piece + text.slice(place + (length % 50));
    },
  ],
};

const byText: fc.Arbitrary<HostileRecipe> = fc
  .record({
    kind: fc.constantFrom(...Object.keys(textChanges)),
    text: fc.constantFrom(...shipped),
    at: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
  })
  .map(({ kind, text, at }) => {
    const [mustBeRefused, change] = textChanges[kind] as (typeof textChanges)[string];
    return { kind, text: change(text, at), mustBeRefused };
  });

/** Shipped recipes with one thing changed. */
export const hostileRecipe = fc.oneof({ weight: 4, arbitrary: byValue }, byText);

/** As many samples as wanted, a few at a time; the same for the same seed. */
export function* samplesOf<Value>(
  arbitrary: fc.Arbitrary<Value>,
  count: number,
  seed: number,
): Generator<Value> {
  const block = 200;
  for (let done = 0; done < count; done += block) {
    const numRuns = Math.min(block, count - done);
    yield* fc.sample(arbitrary, { numRuns, seed: seed * 1_000_003 + done });
  }
}
