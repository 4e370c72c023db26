import { useMemo } from 'react';
import { useRun } from '../editor-context';
import { LossChart } from './LossChart';
import { lossCharts } from './loss-series';

/** The live curves of every objective. */
export function LossCurves() {
  const curves = useRun((state) => state.curves);
  const isRunning = useRun((state) => state.status !== 'idle');
  const charts = useMemo(() => lossCharts(curves), [curves]);
  if (charts.length === 0) {
    return (
      <div className="panel-empty">
        <p data-busy={isRunning || undefined}>
          {isRunning
            ? 'Waiting for the first losses …'
            : 'Run the recipe to see the loss of every objective fall.'}
        </p>
      </div>
    );
  }
  return (
    <div className="loss-curves">
      {charts.map((chart) => (
        <LossChart key={`${chart.nodeId} ${chart.lossName}`} chart={chart} />
      ))}
    </div>
  );
}
