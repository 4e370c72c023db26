import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PublicFetchParts, publicFetchOf } from '../../../src/cli/public-fetch';
import { isPublicAddress } from '../../../src/imaging/public-hosts';

let server: Server;
let port: number;
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((question, response) => {
    asked.push(`${question.headers.host}${question.url}`);
    if (question.url === '/away') {
      response.writeHead(302, { location: 'https://other.example/' }).end();
    } else response.end('abc');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A name server whose every answer is the next of `answers`, the last one again and again. */
function names(...answers: readonly (readonly string[])[]) {
  const looked: string[] = [];
  const lookup: PublicFetchParts['lookup'] = (name, _, done) => {
    const addresses = answers[Math.min(looked.length, answers.length - 1)] ?? [];
    looked.push(name);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { looked, lookup };
}

/** Connections without a certificate, or there would be none on this machine. */
const open = (lookup: PublicFetchParts['lookup'], isAllowed = (_: string): boolean => true) =>
  publicFetchOf({ request: request as unknown as PublicFetchParts['request'], lookup, isAllowed });

it('connects to the address that was judged, and to none that the name stands for later', async () => {
  const { looked, lookup } = names(['127.0.0.1'], ['127.0.0.2']);
  const judged: string[] = [];
  const fetch = open(lookup, (address) => judged.push(address) > 0);
  const response = await fetch(`http://images.example:${port}/image`);
  expect(await response.text()).toBe('abc');
  expect(asked).toEqual([`images.example:${port}/image`]);
  expect([looked, judged]).toEqual([['images.example'], ['127.0.0.1']]);
});

it.each([
  [['127.0.0.1'], '127.0.0.1'],
  [['8.8.8.8', '10.0.0.1'], '10.0.0.1'],
  [['::ffff:192.168.1.1'], '::ffff:192.168.1.1'],
  [['169.254.169.254'], '169.254.169.254'],
  [[], 'no address'],
])('connects to nothing where a name stands for %j', async (addresses, named) => {
  const before = asked.length;
  const fetch = open(names(addresses).lookup, isPublicAddress);
  await expect(fetch(`http://images.example:${port}/image`)).rejects.toThrow(
    `images.example stands for ${named}, which is not on the public network`,
  );
  expect(asked.length).toBe(before);
});

it('follows nothing', async () => {
  const response = await open(names(['127.0.0.1']).lookup)(`http://images.example:${port}/away`);
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe('https://other.example/');
  await response.body?.cancel();
});
