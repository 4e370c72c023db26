import { CloseButton } from '@mantine/core';
import { IconBrowser } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

/** Says that Weft is open in another tab too: each keeps its own recipe and its own draft. */
export function SecondTabBanner() {
  const [hasOther, setHasOther] = useState(false);
  useEffect(() => {
    const channel = new BroadcastChannel('weft-tabs');
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === 'hello') channel.postMessage('here');
      if (data === 'here') setHasOther(true);
    };
    channel.postMessage('hello');
    return () => channel.close();
  }, []);
  if (!hasOther) return null;
  return (
    <div className="banner" role="status">
      <IconBrowser size={17} aria-hidden="true" />
      <span>
        <b>Weft is open in another tab too.</b> The tabs do not share a recipe: each keeps its own
        edits and its own draft.
      </span>
      <CloseButton size="sm" aria-label="Close" onClick={() => setHasOther(false)} />
    </div>
  );
}
