import { joinBytes } from '../imaging/join-bytes';
import { whyNotFollowed } from '../imaging/redirects';
import type { Host } from './host';

/** Larger downloads are refused: no image that Weft is made for is larger. */
const largestDownloadBytes = 2 ** 30;

/** Bytes at an address, or why there are none, in words that complete "could not be downloaded: …". */
export type FetchResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Downloads a public https address. The engine checks the SHA-256 that the recipe states. */
export async function fetchBytes(
  url: string,
  fetch: Host['fetch'],
  limitBytes = largestDownloadBytes,
): Promise<FetchResult> {
  if (!url.startsWith('https://')) return { ok: false, reason: 'the address is not https' };
  try {
    const response = await fetch(url, { credentials: 'omit', redirect: 'follow' });
    const elsewhere = whyNotFollowed(url, response.url);
    if (elsewhere !== undefined) {
      await response.body?.cancel();
      return { ok: false, reason: `it leads on to ${elsewhere}` };
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return { ok: false, reason: `the server answered ${response.status} ${response.statusText}` };
    }
    return await collect(response.body.getReader(), limitBytes);
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limitBytes: number,
): Promise<FetchResult> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    length += read.value.byteLength;
    if (length > limitBytes) {
      await reader.cancel();
      return { ok: false, reason: `it has more than ${limitBytes / 2 ** 20} MiB` };
    }
  }
  return { ok: true, bytes: joinBytes(parts) };
}

/** Node's fetch says only "fetch failed"; the reason is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
