/** What is used of Trusted Types, which not all browsers have, and TypeScript does not know. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: {
      createHTML(text: string): string | null;
      createScriptURL(address: string): string | null;
    },
  ): unknown;
}

/**
 * What the page may turn texts into, once its policy says `require-trusted-types-for 'script'`: no
 * script from a text at all; workers of the page's own origin; and as HTML only what can hold no
 * element, such as the style sheets that components write.
 */
export function limitTrustedTypes(scope: {
  readonly trustedTypes?: TrustedTypes;
  readonly location: { readonly href: string; readonly origin: string };
}): void {
  const { trustedTypes, location } = scope;
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => (text.includes('<') ? null : text),
    createScriptURL: (address) => {
      const { protocol, origin } = new URL(address, location.href);
      // A `blob:` has the origin of whoever made it, and may hold any text.
      return protocol !== 'blob:' && origin === location.origin ? address : null;
    },
  });
}
