import { Suspense, use, useMemo, useState } from 'react';

type Typesetter = Promise<typeof import('./typeset')>;

/** A formula set by KaTeX, which loads on first need. */
export function Formula({ tex }: { tex: string }) {
  const [typesetter] = useState<Typesetter>(() => import('./typeset'));
  return (
    <Suspense fallback={<pre className="formula-waiting">{tex}</pre>}>
      <SetFormula tex={tex} typesetter={typesetter} />
    </Suspense>
  );
}

function SetFormula({ tex, typesetter }: { tex: string; typesetter: Typesetter }) {
  const { typeset } = use(typesetter);
  // KaTeX escapes what it sets, and the formula is the node's own, never a file's.
  const html = useMemo(() => ({ __html: typeset(tex) }), [typeset, tex]);
  return (
    <section
      className="formula"
      aria-label="Formula"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long formula is scrolled by keys
      tabIndex={0}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX gives its result as HTML only
      dangerouslySetInnerHTML={html}
    />
  );
}
