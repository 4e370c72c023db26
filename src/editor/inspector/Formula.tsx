import { Suspense, use, useLayoutEffect, useRef, useState } from 'react';

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
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (section.current !== null) typeset(tex, section.current);
  }, [typeset, tex]);
  return (
    <section
      ref={section}
      className="formula"
      aria-label="Formula"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long formula is scrolled by keys
      tabIndex={0}
    />
  );
}
