import { nodeRegistry } from '../../src/nodes/index';
import type { InputPortDefinition } from '../../src/runtime/api/nodes/define-node';

/** A recipe as its file holds it. */
interface PlainRecipe {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly description: string;
  readonly nodes: Record<string, { type: string; version: number; params: object }>;
  readonly edges: { from: string; to: string }[];
}

/** Loaders that a recipe of `recipeAround` may have: node by id. */
export const loaderTypes: Readonly<Record<string, string>> = {
  fixed: 'load.image',
  moving: 'load.image',
  'fixed-labels': 'load.labels',
  'moving-labels': 'load.labels',
  'fixed-mask': 'load.mask',
  'moving-mask': 'load.mask',
  'fixed-landmarks': 'load.landmarks',
  'moving-landmarks': 'load.landmarks',
  known: 'load.transform',
};

/** Parts that a stage takes besides the one that is asked about. */
const parts = {
  model: 'model.displacement',
  objectives: 'similarity.mean-squared-error',
  optimizer: 'optimizer.adam',
  schedule: 'schedule.pyramid',
} as const;
type Part = keyof typeof parts;

/** What goes with a part that is no use with the others. */
const companions: Readonly<Record<string, Partial<Record<Part, string>>>> = {
  'regularizer.cycle-consistency': { model: 'model.displacement-pair' },
  'regularizer.gradient-inverse-consistency': { model: 'model.displacement-pair' },
  'regularizer.inverse-consistency': { model: 'model.displacement-pair' },
  'regularizer.kinetic-energy': { model: 'model.lddmm' },
  'optimizer.cma-es': { model: 'model.affine' },
  'optimizer.levenberg-marquardt': { model: 'model.affine' },
  'optimizer.demons': { model: 'model.greedy' },
};

/** Which part of a stage an output is. */
const partOfType: Readonly<Record<string, Part>> = {
  model: 'model',
  objective: 'objectives',
  optimizer: 'optimizer',
  schedule: 'schedule',
};

/**
 * The smallest recipe in which a node has every wire that it can have: loaders for its data, and where it is a part of a
 * stage, a stage of two iterations on one level.
 * @throws Error where the node has a port for which this knows no wire.
 */
export function recipeAround(type: string): PlainRecipe {
  const recipe: PlainRecipe = {
    schemaVersion: 1,
    name: type,
    description: `One ${type}.`,
    nodes: {},
    edges: [],
  };
  const [loader] = Object.entries(loaderTypes).find(([, loads]) => loads === type) ?? [];
  if (loader !== undefined) {
    add(recipe, loader, type);
    return recipe;
  }
  add(recipe, 'node', type);
  const output = Object.values(nodeRegistry.get(type)?.outputs ?? {})[0]?.type ?? '';
  const own = partOfType[output];
  if (own) {
    add(recipe, 'stage', 'register');
    for (const part of Object.keys(parts) as Part[]) {
      // A regularizer needs a similarity beside it.
      const isSimilarity = type.startsWith('similarity.');
      if (part === own && !(part === 'objectives' && !isSimilarity)) continue;
      addPart(recipe, part, companions[type]?.[part] ?? parts[part]);
    }
    const [port] = Object.keys(nodeRegistry.get(type)?.outputs ?? {});
    recipe.edges.push({ from: `node.${port}`, to: `stage.${own}` });
  } else if (type === 'register') {
    for (const part of Object.keys(parts) as Part[]) addPart(recipe, part, parts[part], 'node');
  }
  return recipe;
}

function addPart(recipe: PlainRecipe, part: Part, type: string, stage = 'stage'): void {
  add(recipe, part, type);
  const [port] = Object.keys(nodeRegistry.get(type)?.outputs ?? {});
  recipe.edges.push({ from: `${part}.${port}`, to: `${stage}.${part}` });
}

/** Adds a node without wires. */
function addAlone(recipe: PlainRecipe, id: string, type: string): void {
  const definition = nodeRegistry.get(type);
  if (!definition) throw new Error(`There is no node ${type}.`);
  const params = definition.params.parse(givenOf(type)) as object;
  recipe.nodes[id] = { type, version: definition.version, params };
}

function add(recipe: PlainRecipe, id: string, type: string): void {
  addAlone(recipe, id, type);
  const definition = nodeRegistry.get(type);
  if (!definition || type.startsWith('load.')) return;
  for (const [port, input] of Object.entries(definition.inputs)) {
    if (input.type in partOfType && !type.startsWith('initialise.')) continue;
    // A field there, and linear models start from none; nor is one a pose.
    if (port === 'initial' || (type === 'apply.project' && port === 'transform')) continue;
    const from = sourceOf(port, input);
    const [loader = ''] = from.split('.');
    if (loader === 'part') {
      addAlone(recipe, 'features', 'similarity.mind-ssc');
    } else if (!(loader in recipe.nodes)) {
      add(recipe, loader, loaderTypes[loader] ?? '');
    }
    recipe.edges.push({
      from: loader === 'part' ? 'features.objective' : from,
      to: `${id}.${port}`,
    });
  }
}

/** Parameters without a default, and those that make a run short. */
function givenOf(type: string): object {
  if (type === 'schedule.pyramid') return { shrink: [1], iterations: [2] };
  if (type === 'load.transform') return { source: { kind: 'file', name: 'known.nii' } };
  if (type.startsWith('load.')) return { source: { kind: 'phantom', name: 'head-3d' } };
  return {};
}

/** What an input is wired to. */
function sourceOf(port: string, { type }: InputPortDefinition): string {
  const side = /moving|warped|^b$|second|third|fourth|reference/i.test(port) ? 'moving' : 'fixed';
  switch (type) {
    case 'image':
      return `${side}.image`;
    case 'labels':
      return `${side}-labels.labels`;
    case 'mask':
      return `${side}-mask.mask`;
    case 'landmarks':
      return `${side}-landmarks.landmarks`;
    case 'transform':
      return 'known.transform';
    case 'objective':
      return 'part.objective';
    default:
      throw new Error(`No wire is known for ${port}, of type ${type}.`);
  }
}
