import { useMemo } from 'react';
import { type Inline, readMarkdown } from './markdown-lite';

/** Documentation as text; nothing in it can become markup. */
export function MarkdownLite({ text }: { text: string }) {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return blocks.map((block, index) => {
    const key = `${block.kind}-${index}`;
    if (block.kind === 'list') {
      return (
        <ul key={key}>
          {block.items.map((item) => (
            <li key={item.map((run) => run.text).join('')}>{runs(item)}</li>
          ))}
        </ul>
      );
    }
    const content = runs(block.content);
    return block.kind === 'heading' ? <h3 key={key}>{content}</h3> : <p key={key}>{content}</p>;
  });
}

function runs(content: readonly Inline[]) {
  return content.map(({ style, text }, index) => {
    const key = `${index}-${text}`;
    if (style === 'strong') return <strong key={key}>{text}</strong>;
    if (style === 'emphasis') return <em key={key}>{text}</em>;
    if (style === 'code') return <code key={key}>{text}</code>;
    return text;
  });
}
