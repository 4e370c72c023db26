import { describe, expect, it } from 'vitest';
import { engineWish, parseArguments } from '../../../src/cli/arguments';
import { UsageError } from '../../../src/cli/usage';
import { nodeParseArgs } from './test-host';

const parse = (...args: string[]) => parseArguments(args, nodeParseArgs);

describe('parseArguments', () => {
  it('reads everything that run takes', () => {
    const options = parse(
      ...['run', 'a.json', '--input', 'fixed=A=1.nii.gz', '--input=moving=B.nii', '--out', 'there'],
      ...['--device', 'cpu', '--threads', '3', '--json', '--fetch'],
      ...['--set', 'fixed.source.seed=7', '--set', 'save.prefix='],
    );
    expect(options).toEqual({
      command: 'run',
      recipePath: 'a.json',
      inputs: new Map([
        ['fixed', 'A=1.nii.gz'],
        ['moving', 'B.nii'],
      ]),
      settings: [
        { nodeId: 'fixed', path: ['source', 'seed'], value: '7' },
        { nodeId: 'save', path: ['prefix'], value: '' },
      ],
      out: 'there',
      device: 'cpu',
      threads: 3,
      fetch: true,
      steps: undefined,
      resume: false,
      json: true,
      printAfter: undefined,
    });
  });

  it('has defaults', () => {
    expect(parse('demo')).toMatchObject({ device: 'auto', threads: undefined, json: false });
  });

  it.each([
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['run', '--help'], 'help'],
    [['help'], 'help'],
    [['--version'], 'version'],
  ])('%j asks for %s', (args, command) => {
    expect(parse(...args).command).toBe(command);
  });

  it.each([
    [[], 'Name a command.'],
    [['walk'], 'There is no command "walk".'],
    [['run'], '"weft run" needs a recipe.'],
    [['run', 'a.json', 'b.json'], '"b.json" is one word too many.'],
    [['nodes', 'a'], '"a" is one word too many.'],
    [['nodes', '--out', 'x'], '"weft nodes" takes no --out.'],
    [['run', 'a.json', '--print-after', 'fuse'], '"weft run" takes no --print-after.'],
    [['plan', 'a.json', '--print-after', 'lunch'], '--print-after lunch: choose one of parse,'],
    [['demo', '--device', 'tpu'], '--device tpu: choose one of auto, gpu, cpu.'],
    [['demo', '--threads', '0'], '--threads 0: give a whole number from 1 to 256.'],
    [['run', 'a.json', '--steps', '3'], '"weft run" takes no --steps.'],
    [['train', 'a.json', '--out', 'o', '--steps', '0'], '--steps 0: give a whole number from 1'],
    [['demo', '--threads', '1.5'], '--threads 1.5: give a whole number'],
    [['plan', 'a.json', '--input', 'fixed'], '--input fixed: write NODE=FILE'],
    [['plan', 'a.json', '--input', 'f=a', '--input', 'f=b'], '--input f is given twice.'],
    [['demo', '--out', 'a', '--out', 'b'], '--out is given twice.'],
    [['demo', '--device', ''], '--device is given without a value.'],
    [['plan', ''], '"weft plan" needs a recipe.'],
    [['demo', '--set', 'lncc=3'], '--set lncc=3: write NODE.PARAM=VALUE'],
    [['demo', '--speed', '3'], "Unknown option '--speed'."],
    [['demo', '--out'], "Option '--out <value>' argument missing."],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });
});

describe('engineWish', () => {
  const wish = (...args: string[]) => engineWish(args, nodeParseArgs);

  it('says what the engine must have before anything else is read', () => {
    expect(wish('run', 'a.json', '--out', 'there', '--device', 'cpu', '--threads', '3')).toEqual({
      device: 'cpu',
      threads: 3,
      runs: true,
    });
    expect(wish('train', 'a.json', '--out', 'there')?.checkpoints).toBe('there/checkpoints');
    expect(wish('demo')).toEqual({ device: 'auto', threads: undefined, runs: true });
    expect(wish('plan', 'a.json')?.runs).toBe(false);
  });

  it('wishes nothing where no engine is needed, or the words make no sense', () => {
    expect(wish('nodes', '--json')).toBeUndefined();
    expect(wish('run')).toBeUndefined();
    expect(wish('--help')).toBeUndefined();
    expect(wish()).toBeUndefined();
  });
});
