import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBytes } from '../../../src/editor/run/fetch-bytes';

/** Fetches an address of which the answer comes from `reached`. */
async function fetched(reached: string) {
  const cancelled = vi.fn();
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(new Uint8Array([1, 2, 3])),
    pull: (stream) => stream.close(),
    cancel: cancelled,
  });
  const answer = Object.defineProperty(new Response(body), 'url', { value: reached });
  vi.stubGlobal('fetch', async () => answer);
  const result = await fetchBytes(
    'https://images.example/a.nii.gz',
    new AbortController().signal,
    () => undefined,
  );
  return { result, cancelled };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('fetchBytes', () => {
  it.each(['https://images.example/a.nii.gz', 'https://images.example/moved/a.nii.gz'])(
    'takes what comes from the host that was agreed to: %s',
    async (reached) => {
      const { result } = await fetched(reached);
      expect(result).toEqual({ ok: true, bytes: new Uint8Array([1, 2, 3]) });
    },
  );

  it.each([
    ['http://images.example/a.nii.gz', 'not https'],
    ['https://other.example/a.nii.gz', 'not on images.example'],
    ['https://images.example:444/a.nii.gz', 'not on images.example'],
    ['https://images.example.other.example/a.nii.gz', 'not on images.example'],
  ])('refuses to be led on to %s', async (reached, reason) => {
    const { result, cancelled } = await fetched(reached);
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'input-problem',
        message: expect.stringContaining(`${reached}, which is ${reason}`),
        remedy: expect.stringContaining('the address it leads to'),
      },
    });
    expect(cancelled).toHaveBeenCalled();
  });
});
