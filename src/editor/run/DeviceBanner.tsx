import { CloseButton } from '@mantine/core';
import { IconCpu } from '@tabler/icons-react';
import { useState } from 'react';
import { useRun } from '../editor-context';

/** Says plainly that there is no WebGPU, why, and what runs instead. */
export function DeviceBanner() {
  const engine = useRun((state) => state.engine);
  const [isClosed, setClosed] = useState(false);
  if (engine === undefined || isClosed) return null;
  if (engine.devices.some(({ kind }) => kind === 'gpu')) return null;
  const threads = engine.threads === 1 ? 'one thread' : `${engine.threads} threads`;
  const because = engine.missing.find(({ kind }) => kind === 'gpu')?.because;
  const reason = because?.replace(/\.$/, '') ?? 'the browser offers none';
  return (
    <div className="banner" role="status">
      <IconCpu size={17} aria-hidden="true" />
      <span>
        <b>No WebGPU here:</b> {reason}. Recipes run on the CPU device with {threads}; the results
        are the same, it takes longer.
      </span>
      <CloseButton size="sm" aria-label="Close" onClick={() => setClosed(true)} />
    </div>
  );
}
