import { joinBytes } from '../imaging/join-bytes';
import { whyNotAsked, withoutCredentials } from '../imaging/public-hosts';
import type { Host } from './host';

/** Larger downloads are refused: no image that Weft is made for is larger. */
const largestDownloadBytes = 2 ** 30;

/** More steps than a server needs to say where its file is. */
const mostSteps = 5;

/** Bytes at an address, or why there are none, in words that complete "could not be downloaded: …". */
export type DownloadResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/**
 * Downloads a public https address. Whoever agreed to that agreed to one host: where it leads on to another
 * one, that is not asked. The engine checks the SHA-256 that the recipe states.
 */
export async function downloadBytes(
  url: string,
  fetch: Host['fetch'],
  limitBytes = largestDownloadBytes,
): Promise<DownloadResult> {
  const whyNot = whyNotAsked(url);
  if (whyNot !== undefined) return { ok: false, reason: whyNot };
  let asked = url;
  try {
    for (let step = 0; step < mostSteps; step += 1) {
      const response = await fetch(asked);
      const next =
        response.status >= 300 && response.status < 400 ? placeAfter(asked, response) : undefined;
      if (next === undefined) return await bytesOf(response, limitBytes);
      await response.body?.cancel();
      const refused = whyNotFollowed(asked, next);
      if (refused !== undefined) return { ok: false, reason: `it leads on to ${refused}` };
      asked = next;
    }
    return { ok: false, reason: `it leads on more than ${mostSteps} times` };
  } catch (error) {
    return { ok: false, reason: withoutCredentials(reasonOf(error)) };
  }
}

/** Where an answer sends whoever asked `url`, if it does. */
function placeAfter(url: string, { headers }: Response): string | undefined {
  const location = headers.get('location');
  if (location === null) return undefined;
  return URL.canParse(location, url) ? new URL(location, url).href : location;
}

/** Why `next` is not asked, in words that complete "it leads on to …"; undefined where it is. */
function whyNotFollowed(asked: string, next: string): string | undefined {
  const { host } = new URL(asked);
  const isElsewhere = URL.canParse(next) && new URL(next).host !== host;
  const reason = isElsewhere ? `it is not on ${host}` : whyNotAsked(next);
  return reason && `${withoutCredentials(next)}, and ${reason}`;
}

async function bytesOf(response: Response, limitBytes: number): Promise<DownloadResult> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    return { ok: false, reason: `the server answered ${response.status} ${response.statusText}` };
  }
  return collect(response.body.getReader(), limitBytes);
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limitBytes: number,
): Promise<DownloadResult> {
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

/** What failed may be told by the cause alone; of several addresses, by the first one's. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const cause = first instanceof Error && first.cause instanceof Error ? first.cause : first;
  return cause instanceof Error ? cause.message : String(cause);
}
