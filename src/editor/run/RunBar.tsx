import { Button, Select, Tooltip } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { formatSeconds } from '../canvas/NodeDot';
import { useDocument, useEditor, useRun, useView } from '../editor-context';
import { isBlocked } from '../store/run-store';

/** Run, cancel, the device, and how far a run has come. */
export function RunBar() {
  const { controller, views } = useEditor();
  const status = useRun((state) => state.status);
  const isEmpty = useDocument((state) => Object.keys(state.document.nodes).length === 0);
  const isRefused = useRun(isBlocked);
  const engine = useRun((state) => state.engine);
  const device = useView((state) => state.device);
  const hasGpu = engine?.devices.some(({ kind }) => kind === 'gpu') ?? true;
  const devices = [
    { value: 'auto', label: 'Best device' },
    { value: 'gpu', label: hasGpu ? 'GPU' : 'GPU (none here)', disabled: !hasGpu },
    { value: 'cpu', label: 'CPU' },
  ];
  return (
    <section className="run-bar" aria-label="Run">
      {status === 'idle' ? (
        <Tooltip
          label={isRefused ? 'Mend the problems first: press to see them' : 'Run (Ctrl Enter)'}
        >
          <Button
            size="sm"
            className="run-button"
            leftSection={<IconPlayerPlayFilled size={15} />}
            disabled={isEmpty}
            onClick={() =>
              isRefused
                ? views.set({ runTab: 'problems', isDrawerOpen: true })
                : void controller.run()
            }
          >
            Run
          </Button>
        </Tooltip>
      ) : (
        <Button
          size="sm"
          color="red"
          variant="light"
          className="run-button"
          loading={status === 'cancelling'}
          leftSection={<IconPlayerStopFilled size={15} />}
          onClick={() => void controller.cancel()}
        >
          Cancel
        </Button>
      )}
      <Select
        size="sm"
        w={128}
        aria-label="Device"
        data={devices}
        value={device}
        allowDeselect={false}
        disabled={status !== 'idle'}
        onChange={(value) => views.set({ device: value as typeof device })}
      />
      <RunClock />
    </section>
  );
}

function RunClock() {
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
    const words = { done: 'Done', failed: 'Failed', cancelled: 'Cancelled' } as const;
    return (
      <output className="run-clock" data-status={result.status}>
        {words[result.status]} · {formatSeconds(result.seconds.total)}
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
