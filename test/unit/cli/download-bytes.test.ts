import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downloadBytes } from '../../../src/cli/download-bytes';
import type { Host } from '../../../src/cli/host';

const data = new Uint8Array([1, 2, 3, 4, 5]);
let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [path, query = ''] = (request.url ?? '').split('?').map(decodeURIComponent);
    switch (path) {
      case '/image':
        response.end(data);
        break;
      case '/moved':
        response.writeHead(301, { location: '/image' }).end();
        break;
      case '/circle':
        response.writeHead(302, { location: '/circle' }).end();
        break;
      case '/lead':
        response.writeHead(302, { location: query }).end();
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

/** Stands for servers with certificates: every host is the server of this test, and who was asked is kept. */
function secureFetch(asked: string[] = []): Host['fetch'] {
  return (url) => {
    asked.push(new URL(url).host);
    return fetch(url.replace(/^https:\/\/[^/]+/, address), { redirect: 'manual' });
  };
}

describe('downloadBytes', () => {
  it.each(['/image', '/moved', `/lead?${encodeURIComponent('https://images.example/image')}`])(
    'brings the bytes of an https address: %s',
    async (path) => {
      const fetched = await downloadBytes(`https://images.example${path}`, secureFetch());
      expect(fetched).toEqual({ ok: true, bytes: data });
    },
  );

  it.each([
    ['https://other.example/image', 'it is not on images.example'],
    ['https://images.example:444/image', 'it is not on images.example'],
    ['https://images.example.other.example/image', 'it is not on images.example'],
    ['//other.example/image', 'it is not on images.example'],
    ['http://images.example/image', 'it is not https'],
    ['https://name:secret@images.example/image', 'it holds a name or a password'],
    ['http://127.0.0.1/', 'it is not on images.example'],
  ])('asks no second host where the first leads on to %s', async (next, reason) => {
    const asked: string[] = [];
    const url = `https://images.example/lead?${encodeURIComponent(next)}`;
    const fetched = await downloadBytes(url, secureFetch(asked));
    expect(fetched).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(fetched)).not.toContain('secret');
    expect(asked).toEqual(['images.example']);
  });

  it.each([
    ['https://images.example/circle', 'leads on more than 5 times'],
    ['https://images.example/missing', '404 Not Found'],
  ])('refuses %s', async (url, reason) => {
    const fetched = await downloadBytes(url, secureFetch());
    expect(fetched).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it.each(['http://images.example/', 'https://127.0.0.1/', 'https://a:b@images.example/'])(
    'asks nobody for %s',
    async (url) => {
      const asked: string[] = [];
      expect(await downloadBytes(url, secureFetch(asked))).toMatchObject({ ok: false });
      expect(asked).toEqual([]);
    },
  );

  it('stops at the limit, however much a server sends', async () => {
    const fetched = await downloadBytes('https://images.example/endless', secureFetch(), 2 ** 20);
    expect(fetched).toEqual({ ok: false, reason: 'it has more than 1 MiB' });
  });

  it('says why nothing answers', async () => {
    const refused = () => fetch('http://127.0.0.1:1/');
    const fetched = await downloadBytes('https://images.example/', refused);
    expect(fetched).toMatchObject({ ok: false, reason: expect.stringMatching(/\w/) });
  });
});
