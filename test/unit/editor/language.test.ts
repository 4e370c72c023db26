import { expect, test } from 'vitest';
import { mendLanguage } from '../../../src/editor/language';

test.each([
  ['en-US@posix', 'en-US'],
  ['de_DE.UTF-8@euro', 'de-DE'],
  ['C', 'en-US'],
  ['', 'en-US'],
  [undefined, 'en-US'],
  ['fr-CH', 'fr-CH'],
])('a browser that speaks %s is taken for one that speaks %s', (language, expected) => {
  const browser = Object.create({ language }) as Navigator;
  expect(mendLanguage(browser)).toBe(expected);
  expect(new Intl.NumberFormat(browser.language).format(1)).toBe('1');
});
