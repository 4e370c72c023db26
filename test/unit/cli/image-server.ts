import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Host } from '../../../src/cli/host';

/** A server on this machine that gives files by path, and remembers what it was asked for. */
export interface ImageServer {
  readonly asked: readonly string[];
  /** Stands for https: takes `https://images.example/…` to this server, as if its certificate held. */
  readonly fetch: Host['fetch'];
  close(): void;
}

export async function startImageServer(
  files: Readonly<Record<string, Uint8Array>>,
): Promise<ImageServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const bytes = files[path];
    if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    fetch: (url) =>
      fetch(url.replace('https://images.example', `http://127.0.0.1:${port}`), {
        redirect: 'manual',
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
