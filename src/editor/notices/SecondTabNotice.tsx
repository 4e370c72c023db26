import { IconBrowser } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { HeaderNotice } from './HeaderNotice';

/** Says that Weft is open in another tab too: each keeps its own recipe and its own draft. */
export function SecondTabNotice() {
  const [hasOther, setHasOther] = useState(false);
  useEffect(() => {
    const channel = new BroadcastChannel('weft-tabs');
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === 'hello') channel.postMessage('here');
      setHasOther(data !== 'bye');
      // A third one may still be there, and answers.
      if (data === 'bye') channel.postMessage('hello');
    };
    const leave = () => channel.postMessage('bye');
    channel.postMessage('hello');
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
      channel.close();
    };
  }, []);
  if (!hasOther) return null;
  return (
    <HeaderNotice icon={<IconBrowser size={16} aria-hidden="true" />} label="Also in another tab">
      <b>Weft is open in another tab too.</b> The tabs do not share a recipe: each keeps its own
      edits and its own draft.
    </HeaderNotice>
  );
}
