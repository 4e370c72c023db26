import { Button, Select, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useDocument, useEditor, useRun, useView } from '../editor-context';
import { isBlocked } from '../store/run-store';
import { deviceChoices } from './device-choices';

/** Run, cancel, and the device. */
export function RunBar() {
  const { controller, views } = useEditor();
  const status = useRun((state) => state.status);
  const isEmpty = useDocument((state) => Object.keys(state.document.nodes).length === 0);
  const isRefused = useRun(isBlocked);
  const engine = useRun((state) => state.engine);
  const device = useView((state) => state.device);
  const planned = useRun((state) => state.plan?.device);
  const devices = deviceChoices(engine, device === 'auto' ? planned : undefined);
  return (
    <section className="run-bar" aria-label="Run">
      {status === 'idle' ? (
        <Tooltip label={isRefused ? 'There are problems: press to see them' : 'Run (Ctrl Enter)'}>
          <Button
            size="sm"
            className="run-button"
            variant={isRefused ? 'light' : 'filled'}
            leftSection={
              isRefused ? <IconAlertTriangle size={16} /> : <IconPlayerPlayFilled size={15} />
            }
            disabled={isEmpty}
            onClick={() => void controller.run()}
          >
            Run
          </Button>
        </Tooltip>
      ) : (
        <Button
          size="sm"
          variant="light"
          className="run-button cancel-button"
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
        data={[...devices]}
        value={device}
        allowDeselect={false}
        disabled={status !== 'idle'}
        onChange={(value) => {
          const chosen = devices.find((choice) => choice.value === value);
          if (chosen) views.set({ device: chosen.value });
        }}
      />
    </section>
  );
}
