import katex from 'katex';
import 'katex/dist/katex.min.css';

/**
 * Sets a formula into an element, as HTML with MathML for screen readers; a mistake in it is shown,
 * not thrown. It is built node by node: no text of ours is ever read as HTML.
 */
export function typeset(tex: string, element: HTMLElement): void {
  katex.render(tex, element, { displayMode: true, throwOnError: false, trust: false });
}
