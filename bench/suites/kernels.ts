import type { DeviceKind } from '../../src/runtime/api/engine/engine-api';
import type { Device } from '../../src/runtime/devices';
import type { LoopStep } from '../../src/runtime/ir/kernel-graph';
import type { Plan } from '../../src/runtime/ir/plan';
import { countedPasses } from '../../src/runtime/ir/repeats';
import { costOf } from '../../src/runtime/session/plan-summary';
import { checkedCases, checkOps } from '../check-ops';
import { compileRecipe, type OpenedRecipe, openRecipe } from '../compiled-recipe';
import { measureCopyBandwidth } from '../copy-bandwidth';
import type { BenchHost } from '../host';
import { phantomPair, realPair } from '../pairs';
import { type PassTimes, shortened, timeOnDevice, timePassesOnCpu } from '../pass-times';
import { readRecipe } from '../recipe';
import { bandwidthText, msText, percentText, type Section } from '../report';
import { spreadCells, spreadOf } from '../statistics';
import { timeWindowRadii } from './window-radius';

/** How many of the hottest kernels are shown. */
const shown = 10;

/** One kernel of the loop: all its passes of an iteration together. */
interface KernelTime {
  readonly kernel: string;
  readonly passes: number;
  readonly bytes: number;
  /** Seconds an iteration, one number a repetition. */
  readonly seconds: readonly number[];
  /** The same on one thread of the CPU device. */
  readonly secondsAlone?: readonly number[];
}

/** The last stage of each recipe for volumes. */
const timedStages = [
  ['brain-t1-greedy', 'greedy'],
  ['brain-t1-svf', 'svf'],
  ['brain-t1-bspline', 'bspline'],
  ['fireants-syn', 'syn'],
  ['brain-t1-affine', 'affine'],
] as const;

/**
 * Checks every op, then times the kernels of one iteration at the finest level of each recipe's last stage.
 * @throws Error where `--only` names none of the recipes
 */
export async function kernels(host: BenchHost): Promise<readonly Section[]> {
  const { quick, only } = host.options;
  const stages = timedStages.filter(([name]) => only === undefined || only === name);
  if (stages.length === 0) {
    throw new Error(`None of ${timedStages.map(([name]) => name).join(', ')} is called "${only}".`);
  }
  const device = await host.openDevice();
  try {
    const failures = await checkOps(device);
    const copy = await measureCopyBandwidth(device, quick);
    const copySection: Section = {
      title: `Copy bandwidth, ${device.name}`,
      columns: ['', 'median', 'min', 'max', 'n'],
      rows: [['copy', ...spreadCells(copy, bandwidthText)]],
      notes: [
        `${checkedCases - failures.length} of ${checkedCases} op cases give the right answer`,
      ],
      failures,
      data: { device: device.name, checkedCases, bytesPerSecond: copy },
    };
    const real = realPair('head-2mm');
    const pair = quick || 'skipped' in real ? phantomPair : real;
    const sections = [copySection];
    for (const [name, nodeId] of stages) {
      const recipe = await openRecipe(readRecipe(name, { quick }), pair);
      sections.push(
        await timeStage(host, device, { recipe, nodeId, pair: pair.name }, copy.median),
      );
    }
    if (!quick && stages.some(([name]) => name === 'brain-t1-greedy')) {
      sections.push(await timeWindowRadii(device, host.threads, pair));
    }
    return sections;
  } finally {
    device.destroy();
  }
}

interface Stage {
  readonly recipe: OpenedRecipe;
  readonly nodeId: string;
  readonly pair: string;
}

async function timeStage(
  host: BenchHost,
  device: Device,
  { recipe, nodeId, pair }: Stage,
  copyBytesPerSecond: number,
): Promise<Section> {
  const { quick } = host.options;
  // What times passes writes all inputs before the first.
  const full = compileRecipe(recipe, { lateInputBytes: Number.POSITIVE_INFINITY });
  const watched = finestLevel(full, nodeId);
  const iterations = quick ? 5 : 10;
  const plan = shortened(full, watched, iterations);
  const step = plan.steps[watched] as LoopStep;
  const repetitions = quick ? 2 : 3;
  const wall: number[] = [];
  const timed: PassTimes[] = [];
  const alone: PassTimes[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const { steps } = await timeOnDevice(device, plan, recipe, false);
    wall.push((steps[watched] ?? Number.NaN) / iterations);
    timed.push(
      device.kind === 'cpu'
        ? await timePassesOnCpu(plan, recipe, host.threads)
        : (await timeOnDevice(device, plan, recipe, true)).passes,
    );
    if (device.kind === 'cpu') alone.push(await timePassesOnCpu(plan, recipe, 1));
  }
  const times = byKernel(
    step,
    device.kind,
    secondsOf(timed, watched),
    secondsOf(alone, watched),
    iterations,
  );
  const voxels = voxelsOf(plan, step);
  const title = `Hottest kernels, ${nodeId}, ${step.label}, ${pair}, ${voxels} voxels`;
  if (times[0]?.seconds.length === 0) {
    const notes = ['this device has no timestamp queries'];
    return { title, columns: [], rows: [], notes, data: {} };
  }
  return kernelSection(title, times, copyBytesPerSecond, spreadOf(wall).median, voxels);
}

/** The last loop of a node: the pyramid's finest level. */
export function finestLevel(plan: Plan, nodeId: string): number {
  const index = plan.steps.findLastIndex(
    ({ kind, origin }) => kind === 'loop' && origin === nodeId,
  );
  if (index < 0) throw new Error(`The plan has no loop of "${nodeId}".`);
  return index;
}

/** Voxels of the image that a loop shows. */
export function voxelsOf(plan: Plan, { preview }: LoopStep): number {
  return preview ? (plan.buffers[preview.buffer]?.elements ?? 0) : 0;
}

function secondsOf(times: readonly PassTimes[], step: number): readonly (readonly number[])[] {
  return times.map((steps) => steps[step] ?? []).filter((passes) => passes.length > 0);
}

function byKernel(
  step: LoopStep,
  device: DeviceKind,
  timed: readonly (readonly number[])[],
  alone: readonly (readonly number[])[],
  iterations: number,
): readonly KernelTime[] {
  const listed = countedPasses(step.passes);
  const names = [...new Set(listed.map(({ pass }) => pass.kernel))];
  const sumOver = (kernel: string, passes: readonly number[]): number =>
    listed.reduce(
      (sum, { pass }, index) => sum + (pass.kernel === kernel ? (passes[index] ?? 0) : 0),
      0,
    ) / iterations;
  return names
    .map((kernel): KernelTime => {
      const passes = listed.filter(({ pass }) => pass.kernel === kernel);
      return {
        kernel,
        passes: passes.reduce((sum, { times }) => sum + times, 0),
        bytes: passes.reduce((sum, { pass, times }) => sum + times * costOf(pass, device).bytes, 0),
        seconds: timed.map((repetition) => sumOver(kernel, repetition)),
        ...(alone.length > 0
          ? { secondsAlone: alone.map((repetition) => sumOver(kernel, repetition)) }
          : {}),
      };
    })
    .sort((a, b) => spreadOf(b.seconds).median - spreadOf(a.seconds).median);
}

function kernelSection(
  title: string,
  times: readonly KernelTime[],
  copyBytesPerSecond: number,
  wallSeconds: number,
  voxels: number,
): Section {
  const medians = times.map(({ seconds }) => spreadOf(seconds).median);
  const total = medians.reduce((sum, seconds) => sum + seconds, 0);
  const bytes = times.reduce((sum, time) => sum + time.bytes, 0);
  const onCpu = times[0]?.secondsAlone !== undefined;
  const rows = times.slice(0, shown).map((time) => {
    const spread = spreadOf(time.seconds);
    const achieved = time.bytes / spread.median;
    const alone = time.secondsAlone && spreadOf(time.secondsAlone).median;
    return [
      time.kernel,
      String(time.passes),
      percentText(spread.median / total),
      ...spreadCells(spread, msText),
      bandwidthText(achieved),
      percentText(achieved / copyBytesPerSecond),
      ...(alone === undefined ? [] : [msText(alone), `${(alone / spread.median).toFixed(2)}x`]),
    ];
  });
  const fraction = bytes / total / copyBytesPerSecond;
  return {
    title,
    columns: [
      'kernel',
      'passes',
      'share',
      'median',
      'min',
      'max',
      'n',
      'traffic',
      'of copy',
      ...(onCpu ? ['one thread', 'speed-up'] : []),
    ],
    rows,
    notes: [
      `one iteration: ${msText(wallSeconds)} as it runs, ${msText(total)} pass by pass`,
      `${(bytes / voxels).toFixed(0)} bytes and ${((1e9 * wallSeconds) / voxels).toFixed(1)} ns ` +
        `a voxel and iteration; ${percentText(fraction)} of copy bandwidth on the whole`,
    ],
    data: { wallSeconds, voxels, bytes, copyBytesPerSecond, kernels: times },
  };
}
