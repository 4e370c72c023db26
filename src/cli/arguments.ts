import {
  type DeviceChoice,
  deviceChoices,
  type PhaseName,
  phaseNames,
} from '../runtime/api/engine/engine-api';
import type { OptionConfig, ParseArgs } from './host';
import { UsageError } from './usage';

const commandNames = [
  'demo',
  'run',
  'train',
  'plan',
  'validate',
  'nodes',
  'images',
  'help',
  'version',
] as const;
export type CommandName = (typeof commandNames)[number];

/** A parameter that is changed for one run: `NODE.PARAM=VALUE`, the path split at its dots. */
export interface Setting {
  readonly nodeId: string;
  /** The parameter, and fields inside it where it is an object. */
  readonly path: readonly string[];
  readonly value: string;
}

/** What was typed, checked for form; whether it fits the recipe is not known yet. */
export interface Arguments {
  readonly command: CommandName;
  /** Path of the recipe; empty for commands that take none. */
  readonly recipePath: string;
  /** File by loader, or `public:NAME` for one of the public images. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly settings: readonly Setting[];
  readonly out: string | undefined;
  readonly device: DeviceChoice;
  readonly threads: number | undefined;
  readonly fetch: boolean;
  /** Of each node that learns, in place of what the recipe says. */
  readonly steps: number | undefined;
  /** Goes on with what an earlier training left in the folder. */
  readonly resume: boolean;
  readonly json: boolean;
  readonly printAfter: PhaseName | undefined;
}

const optionConfigs = {
  input: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  out: { type: 'string', multiple: true },
  device: { type: 'string', multiple: true },
  threads: { type: 'string', multiple: true },
  fetch: { type: 'boolean' },
  steps: { type: 'string', multiple: true },
  resume: { type: 'boolean' },
  'print-after': { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies Record<string, OptionConfig>;

type OptionName = keyof typeof optionConfigs;

const computing = ['device', 'threads', 'set', 'json'] as const;
const optionsOf: Readonly<Record<CommandName, readonly OptionName[]>> = {
  demo: [...computing, 'out'],
  run: [...computing, 'input', 'fetch', 'out'],
  train: [...computing, 'input', 'fetch', 'out', 'steps', 'resume'],
  plan: [...computing, 'input', 'fetch', 'print-after'],
  validate: [],
  nodes: ['json'],
  images: ['json'],
  help: [],
  version: [],
};

const needsEngine: readonly CommandName[] = ['demo', 'run', 'train', 'plan'];
const takesRecipe: readonly CommandName[] = ['run', 'train', 'plan', 'validate'];

/**
 * Reads the arguments after the program's name.
 * @throws UsageError with a sentence for the person.
 */
export function parseArguments(args: readonly string[], parseArgs: ParseArgs): Arguments {
  const { values, positionals } = split(args, parseArgs);
  const command = commandOf(values, positionals[0]);
  for (const name of Object.keys(values) as OptionName[]) {
    if (name === 'help' || name === 'version' || optionsOf[command].includes(name)) continue;
    throw new UsageError(`"weft ${command}" takes no --${name}.`);
  }
  const texts = (name: OptionName) => (values[name] ?? []) as readonly string[];
  const text = (name: OptionName) => {
    const [first, second] = texts(name);
    if (second !== undefined) throw new UsageError(`--${name} is given twice.`);
    if (first === '') throw new UsageError(`--${name} is given without a value.`);
    return first;
  };
  return {
    command,
    recipePath: recipePathOf(command, positionals.slice(1)),
    inputs: inputsOf(texts('input')),
    settings: texts('set').map(settingOf),
    out: text('out'),
    device: choice('device', text('device') ?? 'auto', deviceChoices),
    threads: wholeNumber('threads', text('threads'), 256),
    fetch: values.fetch === true,
    steps: wholeNumber('steps', text('steps'), 1_000_000),
    resume: values.resume === true,
    json: values.json === true,
    printAfter:
      values['print-after'] === undefined
        ? undefined
        : choice('print-after', text('print-after') ?? '', phaseNames),
  };
}

/** What the engine must have for a command, as far as the arguments say. */
export interface EngineWish {
  readonly device: DeviceChoice;
  readonly threads: number | undefined;
  /** The command runs a recipe, and does not merely compile it. */
  readonly runs: boolean;
  /** Folder in which trainings leave what they are taken up from. */
  readonly checkpoints: string | undefined;
}

/** What the command asks of the engine; undefined where it needs none, or the arguments make no sense. */
export function engineWish(args: readonly string[], parseArgs: ParseArgs): EngineWish | undefined {
  try {
    const { command, device, threads, out } = parseArguments(args, parseArgs);
    return needsEngine.includes(command)
      ? {
          device,
          threads,
          runs: command !== 'plan',
          checkpoints: command === 'train' && out !== undefined ? checkpointsIn(out) : undefined,
        }
      : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Where trainings leave what they are taken up from, beside their results. */
export function checkpointsIn(folder: string): string {
  return `${folder}/checkpoints`;
}

function split(args: readonly string[], parseArgs: ParseArgs): ReturnType<ParseArgs> {
  try {
    return parseArgs({ args, options: optionConfigs });
  } catch (error) {
    // Node adds advice about "--" after the first sentence, which would lead astray here.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(/\. |\n/)[0]?.replace(/\.$/, '')}.`);
  }
}

function commandOf(values: ReturnType<ParseArgs>['values'], word: string | undefined): CommandName {
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (word === undefined) throw new UsageError('Name a command.');
  const command = commandNames.find((name) => name === word);
  if (command === undefined) throw new UsageError(`There is no command "${word}".`);
  return command;
}

function recipePathOf(command: CommandName, rest: readonly string[]): string {
  if (command === 'help' || command === 'version') return '';
  const most = takesRecipe.includes(command) ? 1 : 0;
  if (rest.length < most || rest[0] === '')
    throw new UsageError(`"weft ${command}" needs a recipe.`);
  if (rest.length > most) throw new UsageError(`"${rest[most]}" is one word too many.`);
  return rest[0] ?? '';
}

function inputsOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  for (const text of texts) {
    const [, nodeId, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (nodeId === undefined || file === undefined) {
      throw new UsageError(`--input ${text}: write NODE=FILE, for example fixed=brain.nii.gz.`);
    }
    if (inputs.has(nodeId)) throw new UsageError(`--input ${nodeId} is given twice.`);
    inputs.set(nodeId, file);
  }
  return inputs;
}

function settingOf(text: string): Setting {
  const [, nodeId, path, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
  if (nodeId === undefined || path === undefined || value === undefined) {
    throw new UsageError(`--set ${text}: write NODE.PARAM=VALUE, for example lncc.radiusVoxels=3.`);
  }
  return { nodeId, path: path.split('.'), value };
}

function wholeNumber(name: OptionName, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new UsageError(`--${name} ${text}: give a whole number from 1 to ${most}.`);
  }
  return number;
}

function choice<Choice extends string>(
  name: OptionName,
  text: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((candidate) => candidate === text);
  if (found === undefined) {
    throw new UsageError(`--${name} ${text}: choose one of ${choices.join(', ')}.`);
  }
  return found;
}
