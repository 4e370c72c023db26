import { expect, test } from 'vitest';
import { readMarkdown } from '../../../src/editor/inspector/markdown-lite';

test('reads paragraphs, headings, lists, strong, emphasis and code', () => {
  expect(
    readMarkdown('# Use\nIt is **fast** and\n*small*.\n\n- one `a*b`\n  goes on\n- two'),
  ).toEqual([
    { kind: 'heading', content: [{ style: 'plain', text: 'Use' }] },
    {
      kind: 'paragraph',
      content: [
        { style: 'plain', text: 'It is ' },
        { style: 'strong', text: 'fast' },
        { style: 'plain', text: ' and ' },
        { style: 'emphasis', text: 'small' },
        { style: 'plain', text: '.' },
      ],
    },
    {
      kind: 'list',
      items: [
        [
          { style: 'plain', text: 'one ' },
          { style: 'code', text: 'a*b' },
          { style: 'plain', text: ' goes on' },
        ],
        [{ style: 'plain', text: 'two' }],
      ],
    },
  ]);
});

test('leaves HTML as the letters that it is', () => {
  const [block] = readMarkdown('<img src=x onerror=alert(1)> snake_case_name');
  expect(block).toEqual({
    kind: 'paragraph',
    content: [{ style: 'plain', text: '<img src=x onerror=alert(1)> snake_case_name' }],
  });
});
