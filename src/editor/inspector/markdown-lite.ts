/** A run of text within a block. */
export interface Inline {
  readonly style: 'plain' | 'strong' | 'emphasis' | 'code';
  readonly text: string;
}

/** A block of text. */
export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] };

/**
 * The part of Markdown that documentation uses: paragraphs, headings, lists, strong, emphasis, code.
 * The result is data, shown as text: HTML in it stays what it is, letters.
 */
export function readMarkdown(text: string): readonly Block[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((block): readonly Block[] => {
      const lines = block
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      const blocks: Block[] = [];
      let paragraph: string[] = [];
      let items: string[] = [];
      const flush = () => {
        if (paragraph.length > 0) {
          blocks.push({ kind: 'paragraph', content: readInline(paragraph.join(' ')) });
        }
        if (items.length > 0) blocks.push({ kind: 'list', items: items.map(readInline) });
        paragraph = [];
        items = [];
      };
      for (const line of lines) {
        const heading = /^#{1,6}\s+(.*)$/.exec(line);
        const item = /^(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
        if (heading) {
          flush();
          blocks.push({ kind: 'heading', content: readInline(heading[1] ?? '') });
        } else if (item) {
          if (paragraph.length > 0) flush();
          items.push(item[1] ?? '');
        } else if (items.length > 0) {
          items.push(`${items.pop()} ${line}`);
        } else {
          paragraph.push(line);
        }
      }
      flush();
      return blocks;
    });
}

function readInline(text: string): readonly Inline[] {
  const runs: Inline[] = [];
  const marks = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|_([^_\s][^_]*)_(?![A-Za-z0-9])/g;
  let end = 0;
  for (const match of text.matchAll(marks)) {
    if (match.index > end) runs.push({ style: 'plain', text: text.slice(end, match.index) });
    const [whole, code, strong, star, underscore] = match;
    if (code !== undefined) runs.push({ style: 'code', text: code });
    else if (strong !== undefined) runs.push({ style: 'strong', text: strong });
    else runs.push({ style: 'emphasis', text: star ?? underscore ?? '' });
    end = match.index + whole.length;
  }
  if (end < text.length) runs.push({ style: 'plain', text: text.slice(end) });
  return runs;
}
