import type { MetricBounds, PipelineDocument } from '../pipeline/schema';
import type { RunResult } from '../runtime/api/engine/engine-api';
import { detailOf, isPartOf, meanOver } from '../runtime/api/engine/metric-details';
import { bytesText, formatTable, numberText, secondsText } from './format-table';

/** Whether a metric keeps to what the recipe states. */
export function isReached(value: number | undefined, bounds: MetricBounds): boolean {
  if (value === undefined || Number.isNaN(value)) return false;
  return value >= (bounds.atLeast ?? -Infinity) && value <= (bounds.atMost ?? Infinity);
}

/** What is printed after a run: metrics against what the recipe states, levels, times, files. */
export function formatReport(
  document: PipelineDocument,
  result: RunResult,
  written: readonly string[],
  isOwnSample: boolean,
): string {
  const { seconds, deviceName, peakBytes } = result;
  return [
    `${document.name}: done in ${secondsText(seconds.total)} on ${deviceName}, ` +
      `${bytesText(peakBytes)} of memory\n`,
    section('Metrics', metricTable(document, result, isOwnSample)),
    section('Levels', levelTable(result)),
    section('Seconds', secondsTable(result)),
    section(
      'Files',
      formatTable(
        written.map((path) => [path]),
        ['left'],
      ),
    ),
  ].join('');
}

function section(title: string, table: string): string {
  return table === '' ? '' : `\n${title}\n${table}`;
}

function metricTable(
  document: PipelineDocument,
  { metrics }: RunResult,
  isOwnSample: boolean,
): string {
  // What a recipe states holds for the sample that it comes with.
  const expected = isOwnSample ? (document.expects?.metrics ?? {}) : {};
  const names = [...new Set([...Object.keys(metrics), ...Object.keys(expected)])];
  const rows = names
    .filter((name) => detailOf(name) === undefined || Object.hasOwn(expected, name))
    .map((name) => {
      const bounds = Object.hasOwn(expected, name) ? expected[name] : undefined;
      const value = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
      const many = meanOver(name);
      const count = names.filter((other) => isPartOf(other, name)).length;
      const over = many === undefined ? '' : `over ${count} ${many}`;
      const verdict = bounds
        ? `${boundsText(bounds)}: ${isReached(value, bounds) ? 'reached' : 'NOT reached'}`
        : '';
      const note = [over, verdict].filter((text) => text !== '').join(', ');
      return [name, value === undefined ? 'absent' : numberText(value), note];
    });
  return formatTable(rows, ['left', 'right', 'left']);
}

function boundsText({ atLeast, atMost }: MetricBounds): string {
  return [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(', ');
}

const outcomes = { converged: 'converged', cap: 'hit its limit', cancelled: 'cancelled' } as const;

function levelTable({ levels }: RunResult): string {
  return formatTable(
    levels.map(({ nodeId, label, iterations, maxIterations, outcome, finalLoss }) => [
      nodeId,
      label,
      `${iterations} of ${maxIterations} iterations, ${outcomes[outcome]}`,
      `loss ${numberText(finalLoss)}`,
    ]),
    ['left', 'left', 'left', 'left'],
  );
}

function secondsTable({ seconds }: RunResult): string {
  const nodes = Object.entries(seconds.nodes).filter(([, spent]) => spent >= 0.005);
  return formatTable(
    nodes.map(([nodeId, spent]) => [nodeId, secondsText(spent)]),
    ['left', 'right'],
  );
}
