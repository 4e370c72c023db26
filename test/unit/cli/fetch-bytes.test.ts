import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchBytes } from '../../../src/cli/fetch-bytes';

const data = new Uint8Array([1, 2, 3, 4, 5]);
let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    switch (request.url) {
      case '/image':
      case '/elsewhere':
        response.end(data);
        break;
      case '/away':
        response.writeHead(302, { location: `${address}/image` }).end();
        break;
      case '/endless': {
        const chunk = Buffer.alloc(1 << 16);
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
        break;
      }
      default:
        response.writeHead(404).end('not here');
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Stands for a server with a certificate: `https://images.example` is the server of this test. */
async function secureFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url.replace('https://images.example', address), init);
  // As it would read where the certificate was checked; a redirect away keeps its own address.
  const reached = url.endsWith('/elsewhere') ? 'https://other.example/image' : url;
  if (!response.redirected) Object.defineProperty(response, 'url', { value: reached });
  return response;
}

describe('fetchBytes', () => {
  it('brings the bytes of an https address', async () => {
    const fetched = await fetchBytes('https://images.example/image', secureFetch);
    expect(fetched).toEqual({ ok: true, bytes: data });
  });

  it.each([
    ['http://images.example/image', 'not https'],
    ['https://images.example/away', 'leads on to http://127.0.0.1'],
    ['https://images.example/elsewhere', 'other.example/image, which is not on images.example'],
    ['https://images.example/missing', '404 Not Found'],
  ])('refuses %s', async (url, reason) => {
    const fetched = await fetchBytes(url, secureFetch);
    expect(fetched).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('stops at the limit, however much a server sends', async () => {
    const fetched = await fetchBytes('https://images.example/endless', secureFetch, 2 ** 20);
    expect(fetched).toEqual({ ok: false, reason: 'it has more than 1 MiB' });
  });

  it('says why nothing answers', async () => {
    const fetched = await fetchBytes('https://127.0.0.1:1/', fetch);
    expect(fetched).toMatchObject({ ok: false, reason: expect.stringMatching(/\w/) });
  });
});
