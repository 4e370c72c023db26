import type { PlanStepSummary, PlanSummary } from '../runtime/api/engine/engine-api';
import { printable } from './format-diagnostic';
import { bytesText, countText, formatTable } from './format-table';

/** What a plan will do: per step the passes by kernel, with the bytes and operations of one time. */
export function formatPlan(name: string, plan: PlanSummary): string {
  const { device, peakBytes, compileMs, steps } = plan;
  return printable(
    [
      `${name}: ${steps.length} steps on the ${device} device, peak memory ${bytesText(peakBytes)}, ` +
        `compiled in ${compileMs.toFixed(1)} ms\n`,
      ...steps.map(formatStep),
    ].join('\n'),
  );
}

function formatStep({ nodeId, label, kind, passes, maxIterations }: PlanStepSummary): string {
  const often = kind === 'loop' ? `, up to ${maxIterations} iterations of` : ', once:';
  const heading = kind === 'loop' ? `${nodeId}, ${label}` : nodeId;
  const kernels = [...new Set(passes.map(({ kernel }) => kernel))].map((kernel) => {
    const same = passes.filter((pass) => pass.kernel === kernel);
    return { kernel, count: same.length, bytes: sum(same, 'bytes'), work: sum(same, 'operations') };
  });
  const total = {
    kernel: 'all',
    count: passes.length,
    bytes: sum(passes, 'bytes'),
    work: sum(passes, 'operations'),
  };
  const rows = [
    ...kernels.sort((a, b) => b.bytes - a.bytes),
    ...(kernels.length > 1 ? [total] : []),
  ];
  return `${heading}${often} ${passes.length} passes\n${formatTable(
    rows.map(({ kernel, count, bytes, work }) => [
      kernel,
      `× ${count}`,
      bytesText(bytes),
      `${countText(work)} operations`,
    ]),
    ['left', 'right', 'right', 'right'],
  )}`;
}

function sum(passes: PlanStepSummary['passes'], field: 'bytes' | 'operations'): number {
  return passes.reduce((total, pass) => total + pass[field], 0);
}
