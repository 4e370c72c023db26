/**
 * Makes `navigator.language` a language tag where the browser gives none: Chromium under `LANG=C` says
 * `en-US@posix`, which `Intl` refuses with a throw, in libraries too. Returns the language in use.
 */
export function mendLanguage(browser: Navigator): string {
  const { language } = browser;
  if (isTag(language)) return language;
  // Without what the system has added behind it: `de_DE.UTF-8@euro` is `de-DE`.
  const base = (language ?? '').split(/[@.]/)[0]?.replaceAll('_', '-') ?? '';
  const mended = base !== '' && isTag(base) ? base : 'en-US';
  Object.defineProperty(browser, 'language', { value: mended, configurable: true });
  return mended;
}

function isTag(language: string | undefined): boolean {
  if (language === undefined) return false;
  try {
    return Intl.getCanonicalLocales(language).length === 1;
  } catch {
    return false;
  }
}
