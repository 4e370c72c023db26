import { IconCpu } from '@tabler/icons-react';
import { useRun } from '../editor-context';
import { HeaderNotice } from './HeaderNotice';

/** Says plainly that there is no WebGPU, why, and what runs instead. */
export function DeviceNotice() {
  const engine = useRun((state) => state.engine);
  if (engine === undefined || engine.devices.some(({ kind }) => kind === 'gpu')) return null;
  const threads = engine.threads === 1 ? 'one thread' : `${engine.threads} threads`;
  const because = engine.missing.find(({ kind }) => kind === 'gpu')?.because;
  const reason = because?.replace(/\.$/, '') ?? 'the browser offers none';
  return (
    <HeaderNotice icon={<IconCpu size={16} aria-hidden="true" />} label="No WebGPU">
      <b>No WebGPU here:</b> {reason}. Recipes run on the CPU device with {threads}; the results are
      the same, it takes longer.
    </HeaderNotice>
  );
}
