import { useEffect, useState } from 'react';
import { formatSeconds } from '../canvas/NodeDot';
import { useRun } from '../editor-context';

/** How long a run takes, has taken, and how it ended. */
export function RunClock() {
  const status = useRun((state) => state.status);
  const startedAt = useRun((state) => state.startedAt);
  const secondsLeft = useRun((state) => state.secondsLeft);
  const result = useRun((state) => state.result);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (status === 'idle') return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [status]);

  if (status === 'idle') {
    if (result === undefined) return null;
    const doubts = result.diagnostics.filter(({ severity }) => severity === 'warning').length;
    const words = { done: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;
    return (
      <output className="run-clock" data-status={result.status}>
        {words[result.status]} · {formatSeconds(result.seconds.total)}
        {doubts > 0 && (
          <span className="run-doubts">
            {' '}
            · {doubts} {doubts === 1 ? 'warning' : 'warnings'}
          </span>
        )}
      </output>
    );
  }
  const seconds = Math.max(0, (now - (startedAt ?? now)) / 1000);
  return (
    <output className="run-clock" aria-live="off">
      {formatSeconds(Math.round(seconds))}
      {secondsLeft !== undefined && secondsLeft > 0.5 && (
        <span className="weft-soft"> · about {formatSeconds(Math.ceil(secondsLeft))} left</span>
      )}
    </output>
  );
}
