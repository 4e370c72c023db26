import { IconCpu } from '@tabler/icons-react';
import { useRun } from '../editor-context';
import { deviceLabel } from '../run/device-choices';
import { HeaderNotice } from './HeaderNotice';

/** Says plainly which device is missing, why, and what runs instead. */
export function DeviceNotice() {
  const engine = useRun((state) => state.engine);
  const missing = engine?.missing[0];
  const best = engine?.devices[0];
  if (missing === undefined || best === undefined) return null;
  const threads = engine?.threads === 1 ? 'one thread' : `${engine?.threads} threads`;
  const label = deviceLabel(missing.kind);
  return (
    <HeaderNotice icon={<IconCpu size={16} aria-hidden="true" />} label={`No ${label}`}>
      <b>No {label} here:</b> {missing.because.replace(/\.$/, '')}. Recipes run on the{' '}
      {deviceLabel(best.kind)} device with {threads}; the results are the same, it takes longer.
    </HeaderNotice>
  );
}
