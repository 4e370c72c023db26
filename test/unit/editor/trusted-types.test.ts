import { expect, test } from 'vitest';
import { limitTrustedTypes } from '../../../src/editor/trusted-types';

test('only workers of our own and texts without elements are trusted', () => {
  const made: Record<string, Record<string, (text: string) => string | null>> = {};
  limitTrustedTypes({
    trustedTypes: {
      createPolicy: (name, rules) => {
        made[name] = { ...rules };
      },
    },
    location: { href: 'https://weft.example/app/index.html', origin: 'https://weft.example' },
  });
  expect(Object.keys(made)).toEqual(['default']);
  const { createHTML, createScriptURL } = made.default ?? {};
  expect(createHTML?.(':root > * { color: red }')).toBe(':root > * { color: red }');
  expect(createHTML?.('<img src=x onerror=alert(1)>')).toBeNull();
  expect(createScriptURL?.('./assets/worker.js')).toBe('./assets/worker.js');
  for (const foreign of [
    'https://evil.example/a.js',
    'data:text/javascript,1',
    '//evil.example/a',
    'blob:https://weft.example/1',
  ]) {
    expect(createScriptURL?.(foreign)).toBeNull();
  }
  expect(Object.keys(made.default ?? {})).toEqual(['createHTML', 'createScriptURL']);
});

test('a browser without Trusted Types goes without', () => {
  expect(() => limitTrustedTypes({ location: { href: 'x:', origin: 'null' } })).not.toThrow();
});
