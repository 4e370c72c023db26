import type { Host } from './host';

/** One address of a name, as `dns.lookup` of Node's gives it. */
interface LookupAddress {
  readonly address: string;
  readonly family: number;
}

type LookupDone = (
  error: Error | null,
  addresses: readonly LookupAddress[] | string,
  family?: number,
) => void;

/** What is used of `lookup` of `node:dns`. */
type Lookup = (
  name: string,
  options: { readonly all: true },
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** What is used of `request` of `node:https`. */
type Request = (
  url: string,
  options: {
    readonly agent: false;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeout: number;
    readonly lookup: (
      name: string,
      options: {
        readonly all?: boolean | undefined;
        readonly family?: number | string | undefined;
      },
      done: LookupDone,
    ) => void;
  },
  answered: (answer: Answer) => void,
) => {
  on(event: 'error', handler: (error: Error) => void): unknown;
  on(event: 'timeout', handler: () => void): unknown;
  destroy(error: Error): unknown;
  end(): unknown;
};

/** What is used of an `IncomingMessage` of Node's. */
interface Answer extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  destroy(): unknown;
}

/** What asks the network; the root hands in Node's modules, tests a policy of their own. */
export interface PublicFetchParts {
  readonly request: Request;
  readonly lookup: Lookup;
  /** Whether an IP address may be connected to. */
  readonly isAllowed: (address: string) => boolean;
}

const silentForMs = 60_000;
const withoutBody = [204, 205, 304];

/**
 * Asks one address, without credentials, and follows nothing. The addresses that its name stands for are
 * looked up once and judged, and the connection is made to these: a name that stands for another address
 * a moment later gains nothing by it.
 */
export function publicFetchOf({ request, lookup, isAllowed }: PublicFetchParts): Host['fetch'] {
  return (url) =>
    new Promise((resolve, reject) => {
      const asking = request(
        url,
        {
          // Connections of earlier questions are not taken again.
          agent: false,
          // What arrives has to be the file, byte for byte.
          headers: { 'accept-encoding': 'identity', 'user-agent': 'weft' },
          timeout: silentForMs,
          lookup: (name, { all }, done) =>
            lookup(name, { all: true }, (error, addresses) => {
              if (error) return done(error, []);
              const [first] = addresses;
              const refused = addresses.find(({ address }) => !isAllowed(address));
              if (refused !== undefined || first === undefined) {
                const why = `${name} stands for ${refused?.address ?? 'no address'}, which is not on the public network`;
                return done(new Error(why), []);
              }
              if (all) done(null, addresses);
              else done(null, first.address, first.family);
            }),
        },
        (answer) => resolve(responseOf(answer)),
      );
      asking.on('error', reject);
      asking.on('timeout', () => asking.destroy(new Error('the server fell silent')));
      asking.end();
    });
}

function responseOf(answer: Answer): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const chunks = answer[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void answer.destroy(),
  });
  return new Response(withoutBody.includes(status) ? null : body, {
    status,
    statusText: answer.statusMessage ?? '',
    headers,
  });
}
