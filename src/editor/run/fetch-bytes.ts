import { joinBytes } from '../../imaging/join-bytes';
import { whyNotFollowed } from '../../imaging/redirects';
import type { Diagnostic } from '../../runtime/api/engine/diagnostics';

/** Larger downloads are refused: no image of the recipes that Weft is made for is larger. */
const largestDownloadBytes = 1024 ** 3;

/** The bytes of an address, or why there are none. */
export type FetchResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Fetches a public https address without credentials; another host than its own is refused.
 * `onProgress` gets the bytes so far and, where the server says it, how many there are.
 */
export async function fetchBytes(
  url: string,
  signal: AbortSignal,
  onProgress: (loaded: number, total: number | undefined) => void,
): Promise<FetchResult> {
  try {
    const response = await fetch(url, {
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      mode: 'cors',
    });
    const elsewhere = whyNotFollowed(url, response.url);
    if (elsewhere !== undefined) {
      await response.body?.cancel();
      return refuse(`The address leads on to ${elsewhere}.`, otherAddress);
    }
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
    return refuse(
      `The address could not be reached: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

const whatToCheck =
  'Check the address and the connection; the server must allow other pages to read it (CORS). Or download the file and drop it onto the node.';

const otherAddress =
  'If you trust it, set the loader to the address it leads to. Or download the file and drop it onto the node.';

function refuse(message: string, remedy = whatToCheck): FetchResult {
  return {
    ok: false,
    diagnostic: { severity: 'error', code: 'input-problem', at: {}, message, remedy },
  };
}
