import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBytes } from '../../../src/editor/run/fetch-bytes';

/** Fetches an address, with what the browser does in its place; also what the browser was asked. */
async function fetched(url: string, answer: () => Promise<Response>) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = [];
  vi.stubGlobal('fetch', (given: string, init: RequestInit) => {
    asked.push({ url: given, init });
    return answer();
  });
  const result = await fetchBytes(url, new AbortController().signal, () => undefined);
  return { result, asked };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('fetchBytes', () => {
  it('takes what comes from the host that was agreed to, and lets the browser follow nothing', async () => {
    const url = 'https://images.example/a.nii.gz';
    const { result, asked } = await fetched(url, async () => new Response('abc'));
    expect(result).toEqual({ ok: true, bytes: new TextEncoder().encode('abc') });
    expect(asked).toMatchObject([{ url, init: { redirect: 'error', credentials: 'omit' } }]);
  });

  it('says what may be wrong where the browser tells no more', async () => {
    const failed = () => Promise.reject(new TypeError('Failed to fetch'));
    const { result } = await fetched('https://images.example/a.nii.gz', failed);
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'input-problem',
        message: 'The address could not be reached: Failed to fetch.',
        remedy: expect.stringContaining('must not lead on to another address'),
      },
    });
  });

  it.each([
    ['http://images.example/', 'not https'],
    ['https://2130706433/', '127.0.0.1 is not on the public network'],
    ['https://[::1]/', '::1 is not on the public network'],
    ['https://localhost/', 'localhost is not on the public network'],
    ['https://name:secret@images.example/', 'a name or a password'],
  ])('asks nobody for %s', async (url, reason) => {
    const { result, asked } = await fetched(url, async () => new Response('abc'));
    expect(asked).toEqual([]);
    expect(result).toMatchObject({
      ok: false,
      diagnostic: { message: expect.stringContaining(reason) },
    });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});
