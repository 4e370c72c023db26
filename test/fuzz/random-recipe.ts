import { readFileSync } from 'node:fs';
import type { Vec3 } from '../../src/imaging/frames';
import type { Volume } from '../../src/imaging/volume';
import { nodeRegistry } from '../../src/nodes/index';
import type { NodeDefinition } from '../../src/runtime/api/nodes/define-node';
import type { Random } from './random';

/** What the JSON Schema says of a parameter. */
interface ParameterSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

const schema = JSON.parse(readFileSync('schema/weft-pipeline.schema.json', 'utf8')) as {
  readonly $defs: Record<string, { readonly properties?: Record<string, ParameterSchema> }>;
};
const placeable = [...nodeRegistry.values()].filter(({ source }) => !source);

interface DrawnNode {
  readonly type: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
}
interface Output {
  readonly id: string;
  readonly port: string;
  readonly type: string;
}

/** A recipe, and the volumes of its loaders. Nodes can be taken out of it. */
export class DrawnRecipe {
  readonly nodes: Record<string, DrawnNode> = {};
  readonly given: Record<string, Volume> = {};
  edges: { readonly from: string; readonly to: string }[] = [];

  get document(): object {
    const { nodes, edges } = this;
    return { schemaVersion: 1, name: 'drawn', description: '', nodes, edges, layout: {} };
  }

  /** Takes a node out, and those that cannot be without it. */
  remove(id: string): void {
    delete this.nodes[id];
    delete this.given[id];
    const cut = this.edges.filter(({ from }) => from.startsWith(`${id}.`));
    this.edges = this.edges.filter((edge) => {
      const [from, to] = [edge.from.split('.')[0], edge.to.split('.')[0]];
      return from !== id && to !== id;
    });
    for (const { to } of cut) {
      const [reader = '', port = ''] = to.split('.');
      const node = this.nodes[reader];
      const input = node && nodeRegistry.get(node.type)?.inputs[port];
      const isFed = this.edges.some((edge) => edge.to === to);
      if (input && !input.optional && !isFed) this.remove(reader);
    }
  }
}

/** A recipe whose wires fit, of any nodes with any parameters, on tiny volumes of any look. */
export function drawRecipe(random: Random): DrawnRecipe {
  return new RecipeDraw(random).draw();
}

class RecipeDraw {
  readonly #random: Random;
  readonly #recipe = new DrawnRecipe();
  readonly #outputs: Output[] = [];
  readonly #slices: boolean;
  /** Ordinary volumes and parameters. */
  readonly #isTame: boolean;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#isTame = random.chance(0.4);
    this.#slices = random.chance(0.5);
  }

  draw(): DrawnRecipe {
    const random = this.#random;
    for (let left = 2 + random.below(2); left > 0; left -= 1) this.#load('image');
    for (let left = random.below(3); left > 0; left -= 1) this.#load('labels');
    const register = nodeRegistry.get('register');
    if (register && random.chance(0.8)) this.#add(register, 0);
    for (let left = 3 + random.below(8); left > 0; left -= 1) this.#add(random.pick(placeable), 0);
    return this.#recipe;
  }

  #put(type: string, params: Readonly<Record<string, unknown>>): string {
    const id = `n${this.#count}`;
    this.#count += 1;
    this.#recipe.nodes[id] = { type, version: 1, params };
    const outputs = Object.entries(nodeRegistry.get(type)?.outputs ?? {});
    for (const [port, output] of outputs) this.#outputs.push({ id, port, type: output.type });
    return id;
  }

  #load(kind: 'image' | 'labels'): void {
    const random = this.#random;
    const drawn = drawVolume(random, kind, this.#slices, this.#isTame);
    const [first] = Object.values(this.#recipe.given);
    const id = this.#put(`load.${kind}`, {});
    if (!first || random.chance(0.4)) {
      this.#recipe.given[id] = drawn;
      return;
    }
    // On the grid of another one, or hardly anything could be compared.
    const { length } = drawn.values;
    const values = first.values.map((_, voxel) =>
      kind === 'labels' ? voxel % 4 : (drawn.values[voxel % length] ?? 0),
    );
    this.#recipe.given[id] = { ...drawn, grid: first.grid, values } as Volume;
  }

  /** Places a node, and what it needs where nothing gives it yet; nothing where that is not to be had. */
  #add(definition: NodeDefinition, depth: number): void {
    const random = this.#random;
    const wires: [from: string, port: string][] = [];
    for (const [port, input] of Object.entries(definition.inputs)) {
      if (input.optional && random.chance(0.5)) continue;
      const wanted = input.many ? 1 + random.below(3) : 1;
      const used = new Set<string>();
      for (let wire = 0; wire < wanted; wire += 1) {
        const output = this.#source(input.type, used, depth);
        if (!output && wire === 0 && !input.optional) return;
        if (!output) break;
        const from = `${output.id}.${output.port}`;
        used.add(from);
        wires.push([from, port]);
      }
    }
    const params = this.#parameters(definition);
    const id = this.#put(definition.type, params);
    for (const [from, port] of wires) this.#recipe.edges.push({ from, to: `${id}.${port}` });
  }

  #source(type: string, used: ReadonlySet<string>, depth: number): Output | undefined {
    const random = this.#random;
    const fitting = () =>
      this.#outputs.filter((one) => one.type === type && !used.has(`${one.id}.${one.port}`));
    const isData = type === 'image' || type === 'labels';
    if (!isData && depth < 3 && (fitting().length === 0 || random.chance(0.3))) {
      const makers = placeable.filter(({ outputs }) =>
        Object.values(outputs).some((output) => output.type === type),
      );
      if (makers.length > 0) this.#add(random.pick(makers), depth + 1);
    }
    const choice = fitting();
    if (choice.length === 0) return undefined;
    return random.chance(0.6) ? choice.at(-1) : random.pick(choice);
  }

  #parameters({ type, section }: NodeDefinition): Record<string, unknown> {
    const random = this.#random;
    const params: Record<string, unknown> = {};
    const known = Object.entries(schema.$defs[`params.${type}`]?.properties ?? {});
    for (const [name, parameter] of known) {
      const value = random.chance(0.7) ? this.#value(parameter) : undefined;
      if (value !== undefined) params[name] = value;
    }
    if (type === 'schedule.pyramid') {
      const levels = Array.from({ length: 1 + random.below(3) });
      params.iterations = levels.map(() => 1 + random.below(4));
      params.shrink = levels.map(() => random.pick(this.#isTame ? [1, 2] : [1, 2, 3, 32]));
    }
    if (section === 'network') this.#makeSmall(type, params);
    if (section === 'save') {
      const isSet = 'prefix' in Object.fromEntries(known);
      params[isSet ? 'prefix' : 'name'] = isSet ? `p${this.#count}-` : `f${this.#count}.nii.gz`;
    }
    return params;
  }

  /** Networks that are built, and learn, within a moment. */
  #makeSmall(type: string, params: Record<string, unknown>): void {
    const random = this.#random;
    if ('width' in (schema.$defs[`params.${type}`]?.properties ?? {})) params.width = 2;
    if (type === 'network.transmorph') params.size = 'tiny';
    if (type === 'network.vit-v-net') Object.assign(params, { size: 'small', patch: '2' });
    if (type === 'network.discriminator') params.channels = [2, 2];
    if (type === 'network.translator') Object.assign(params, { channels: 2, blocks: 1 });
    if (/^network\.train(-|$)/.test(type)) {
      Object.assign(params, { steps: 1 + random.below(2), validateEvery: 1 + random.below(2) });
    }
    if (type === 'network.dataset') {
      const sizes = [[0], [16, 16], [32, 16], [16, 16, 16], [16]];
      Object.assign(params, { sizeVoxels: random.pick(sizes), spacingMm: random.pick([0, 4, 9]) });
    }
    if (type === 'network.synthesize') {
      const sizes = [[16, 16], [32, 16], [32, 32], [16, 16, 16], [20, 24], [16]];
      Object.assign(params, { sizeVoxels: random.pick(sizes), validationPairs: 1 });
    }
  }

  #value(parameter: ParameterSchema): unknown {
    const random = this.#random;
    const { minimum = 0, maximum = 10 } = parameter;
    if (parameter.enum) return random.pick(parameter.enum);
    if (parameter.type === 'integer') {
      if (!this.#isTame && random.chance(0.2)) return random.pick([minimum, maximum]);
      return minimum + random.below(Math.min(maximum - minimum, 8) + 1);
    }
    if (parameter.type !== 'number') return undefined;
    if (this.#isTame) return parameter.default;
    if (random.chance(0.3)) return random.pick([minimum, maximum]);
    return random.chance(0.5) ? parameter.default : minimum + random.next() * (maximum - minimum);
  }
}

/** Intensities at a voxel, from what a blob has there. */
const looks: Readonly<Record<string, (blob: number, voxel: number, random: Random) => number>> = {
  blob: (blob, _, random) => blob + 0.02 * random.next(),
  noise: (_blob, _, random) => random.next(),
  constant: () => 7,
  zero: () => 0,
  one: (_, voxel) => (voxel === 3 ? 1 : 0),
  big: (blob) => 1e30 * blob,
  tiny: (blob) => 1e-38 * blob,
  negative: (blob) => -100 * blob,
  spike: (blob, voxel) => (voxel === 2 ? 3e38 : blob),
};

function drawVolume(
  random: Random,
  kind: 'image' | 'labels',
  isSlice: boolean,
  isTame: boolean,
): Volume {
  const size: Vec3 = [
    2 + random.below(11),
    2 + random.below(11),
    isSlice ? 1 : 2 + random.below(9),
  ];
  const scale = isTame ? 1 : random.pick([1, 1, 1, 1e-6, 1e4]);
  const [sx, sy, sz] = [0.5, 0.5, 0.5].map((least) => scale * (least + random.next()));
  const angle = isTame || random.chance(0.5) ? 0 : 1.5 * random.next();
  const flip = random.chance(0.3) ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const far = isTame ? 0 : random.pick([0, 0, 100, 1e5]);
  const worldFromVoxel = [
    flip * cos * sx!,
    -sin * sy!,
    0,
    far + 3 * random.next(),
    flip * sin * sx!,
    cos * sy!,
    0,
    -2,
    0,
    0,
    sz!,
    1,
  ] as unknown as Volume['grid']['worldFromVoxel'];
  const look = looks[isTame ? 'blob' : random.pick(Object.keys(looks))]!;
  const middle = [0, 1, 2].map(() => 0.3 + 0.4 * random.next());
  const values = Float32Array.from({ length: size[0] * size[1] * size[2] }, (_, voxel) => {
    const place = [
      voxel % size[0],
      Math.floor(voxel / size[0]) % size[1],
      Math.floor(voxel / size[0] / size[1]),
    ];
    const distance = place.reduce(
      (sum, at, axis) =>
        size[axis]! > 1 ? sum + (at / (size[axis]! - 1) - middle[axis]!) ** 2 : sum,
      0,
    );
    const blob = Math.exp(-8 * distance);
    return kind === 'labels' ? Math.round(3 * blob) : look(blob, voxel, random);
  });
  const grid = { sizeVoxels: size, worldFromVoxel };
  return kind === 'labels'
    ? { kind, grid, values: Uint32Array.from(values), ids: [0n, 1n, 2n, 3n], storedType: 'uint8' }
    : { kind, grid, values, storedType: 'float32' };
}
