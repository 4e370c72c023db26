/**
 * What must not reach a terminal as it is: control characters, which repaint it; marks that turn the
 * direction of writing, so that a name reads as another one; line separators and invisible tags.
 */
const unprintable = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Text without what could deceive whoever reads it, line ends apart: `\u202e` stands for the mark. Names
 * from a recipe, a file or the arguments are not trusted. JSON means the same afterwards, since there these
 * characters are within strings, where `\u202e` is how JSON itself writes them.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (found) =>
    Array.from({ length: found.length }, (_, i) => escapeOf(found.charCodeAt(i))).join(''),
  );
}

function escapeOf(codeUnit: number): string {
  return `\\u${codeUnit.toString(16).padStart(4, '0')}`;
}
