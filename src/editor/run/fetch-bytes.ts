import { joinBytes } from '../../imaging/join-bytes';
import { whyNotAsked, withoutCredentials } from '../../imaging/public-hosts';
import type { Diagnostic } from '../../runtime/api/engine/diagnostics';

/** Larger downloads are refused: no image of the recipes that Weft is made for is larger. */
const largestDownloadBytes = 1024 ** 3;

/** The bytes of an address, or why there are none. */
export type FetchResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Fetches a public https address without credentials. Whoever agreed to that agreed to one host: an address
 * that leads on is refused, since the browser would ask the next host before anybody could look.
 * `onProgress` gets the bytes so far and, where the server says it, how many there are.
 */
export async function fetchBytes(
  url: string,
  signal: AbortSignal,
  onProgress: (loaded: number, total: number | undefined) => void,
): Promise<FetchResult> {
  const whyNot = whyNotAsked(url);
  if (whyNot !== undefined) return refuse(`The address is not asked: ${whyNot}.`, otherAddress);
  try {
    const response = await fetch(url, {
      signal,
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      mode: 'cors',
    });
    if (!response.ok || response.body === null) {
      return refuse(`The server answered ${response.status} ${response.statusText}.`);
    }
    const total = Number(response.headers.get('content-length')) || undefined;
    const parts: Uint8Array[] = [];
    let loaded = 0;
    onProgress(0, total);
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value);
      loaded += read.value.byteLength;
      if (loaded > largestDownloadBytes) {
        await reader.cancel();
        return refuse('The file is larger than 1 GiB.');
      }
      onProgress(loaded, total);
    }
    return { ok: true, bytes: joinBytes(parts) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`The address could not be reached: ${withoutCredentials(reason)}.`);
  }
}

const whatToCheck =
  'Check the address and the connection; the server must allow other pages to read it (CORS) and must not lead on to another address. Or download the file and drop it onto the node.';

const otherAddress =
  'Set the loader to a public https address. Or download the file and drop it onto the node.';

function refuse(message: string, remedy = whatToCheck): FetchResult {
  return {
    ok: false,
    diagnostic: { severity: 'error', code: 'input-problem', at: {}, message, remedy },
  };
}
