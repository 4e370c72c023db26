import { Fragment, useState } from 'react';
import { detailOf } from '../../runtime/api/engine/metric-details';
import { formatBytes } from '../canvas/InputBadge';
import { formatSeconds } from '../canvas/NodeDot';
import { useDocument, useRun } from '../editor-context';
import { readable } from '../plain-text';
import { metricRows } from './metric-rows';
import { metricVerdict } from './metric-verdict';

const outcomes = {
  converged: 'converged',
  cap: 'iteration limit, may not have converged',
  cancelled: 'cancelled',
} as const;

/** What the run measured, how each level ended, and how long everything took. */
export function Metrics() {
  const result = useRun((state) => state.result);
  const expected = useDocument((state) => state.document.expects?.metrics);
  const nodes = useDocument((state) => state.document.nodes);
  const [isWhole, setWhole] = useState(false);
  if (result === undefined) {
    return (
      <div className="panel-empty">
        <p>Metrics, the outcome of every level and the times appear here after a run.</p>
      </div>
    );
  }
  const all = metricRows(result.metrics, expected ?? {}, Object.keys(nodes));
  const details = isWhole ? [] : all.filter(({ name }) => detailOf(name) !== undefined);
  const metrics = all.filter((row) => !details.includes(row));
  return (
    <div className="metrics">
      <p className="metrics-line">
        <b data-status={result.status}>
          {result.status === 'done' ? 'Done' : result.status === 'failed' ? 'Failed' : 'Cancelled'}
        </b>{' '}
        in {formatSeconds(result.seconds.total)} on {result.deviceName || result.device}
        {result.peakBytes > 0 && <>, {formatBytes(result.peakBytes)} at most</>}
      </p>
      {metrics.length > 0 && (
        <table>
          <caption className="weft-hidden">Metrics</caption>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Value</th>
              {expected && <th scope="col">Expected</th>}
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ name, value, bounds }) => {
              const verdict = value === undefined ? undefined : metricVerdict(value, bounds);
              return (
                <tr key={name} data-verdict={verdict}>
                  <th scope="row" className="weft-mono">
                    <MetricName name={name} />
                  </th>
                  <td className="weft-mono">
                    {value === undefined ? 'not measured' : formatMetric(value)}
                  </td>
                  {expected && (
                    <td className="weft-soft metrics-bounds">
                      {bounds?.atLeast !== undefined && `≥ ${bounds.atLeast} `}
                      {bounds?.atMost !== undefined && `≤ ${bounds.atMost}`}
                      {verdict === 'met' && ' ✓'}
                      {verdict === 'missed' && ' ✗'}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {details.length > 0 && (
        <p className="metrics-line">
          <button type="button" className="weft-link" onClick={() => setWhole(true)}>
            {details.length} more, of single{' '}
            {[...new Set(details.map(({ name }) => detailOf(name)))].join(' and ')}
          </button>
        </p>
      )}
      {result.levels.length > 0 && (
        <table>
          <caption className="weft-hidden">Levels</caption>
          <thead>
            <tr>
              <th scope="col">Level</th>
              <th scope="col">Iterations</th>
              <th scope="col">Loss</th>
              <th scope="col">Ended by</th>
            </tr>
          </thead>
          <tbody>
            {result.levels.map((level) => (
              <tr key={`${level.nodeId} ${level.label}`}>
                <th scope="row">
                  <span className="weft-mono">{level.nodeId}</span>{' '}
                  <span className="metrics-level">{level.label}</span>
                </th>
                <td className="weft-mono">
                  {level.iterations} / {level.maxIterations}
                </td>
                <td className="weft-mono">{formatMetric(level.finalLoss)}</td>
                <td data-outcome={level.outcome}>{outcomes[level.outcome]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {result.turned.length > 0 && (
        <p className="weft-soft">
          Turned while it ran:{' '}
          {result.turned
            .map(
              (turn) =>
                `${turn.nodeId}.${turn.parameter} to ${turn.value} at ${turn.label}, iteration ${turn.atIteration}`,
            )
            .join('; ')}
          .
        </p>
      )}
    </div>
  );
}

/** A long name may break after its dots, and nowhere else. */
function MetricName({ name }: { name: string }) {
  const parts = readable(name).split('.');
  return parts.map((part, index) => (
    <Fragment key={parts.slice(0, index + 1).join('.')}>
      {index > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(5)));
}
