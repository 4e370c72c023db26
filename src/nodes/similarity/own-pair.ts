import type { ImageValue } from '../../runtime/api/nodes/port-values';

/** Ports of a similarity by which it compares other images than `register` was given. */
export const pairPorts = {
  fixed: {
    type: 'image',
    doc: 'Compare this in place of the fixed image: another contrast or a feature, in the fixed world.',
    optional: true,
  },
  moving: {
    type: 'image',
    doc: 'Compare this in place of the moving image: another contrast or a feature, in the moving world.',
    optional: true,
  },
} as const;

/** The images that are wired to a similarity itself. */
export function ownPair(images: {
  readonly fixed?: ImageValue | undefined;
  readonly moving?: ImageValue | undefined;
}): { readonly pair?: { readonly fixed?: ImageValue; readonly moving?: ImageValue } } {
  const { fixed, moving } = images;
  if (!fixed && !moving) return {};
  return { pair: { ...(fixed && { fixed }), ...(moving && { moving }) } };
}
