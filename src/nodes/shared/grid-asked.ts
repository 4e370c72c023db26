import type { Grid } from '../../imaging/grid';
import type { NetworkDomain } from '../../runtime/api/data-kinds/network';
import type {
  ComputeContext,
  ComputedImage,
  ComputedNetwork,
} from '../../runtime/api/nodes/computed-values';
import { gridSeen, mostLeftOut, shareOutside, sizeMm } from './grid-seen';

type Refusing = Pick<ComputeContext, 'refuse' | 'warn'>;

/** Refuses an image of several channels. */
export function requireOneChannel(
  { planes }: ComputedImage,
  port: string,
  context: Pick<Refusing, 'refuse'>,
): void {
  if (planes.length === 1) return;
  context.refuse({
    port,
    message: `A network sees one channel; this image has ${planes.length}.`,
    remedy: 'Pick one of them (Pick channel).',
  });
}

/** What a network has learned from; refuses one that has not learned. */
export function learnedDomain(
  { domain, weights }: ComputedNetwork,
  context: Pick<Refusing, 'refuse'>,
): NetworkDomain {
  if (domain && weights) return domain;
  return context.refuse({
    port: 'network',
    message: 'The network has not learned anything yet.',
    remedy: 'Wire it through Train, or load one that has learned (Load network).',
  });
}

/**
 * The grid on which a network sees an image: that which it has learned from, about the middle of the image. Refuses what has not learned, and slices
 * for volumes; warns where much lies outside.
 * @param port of the image, and what it is called
 */
export function gridAsked(
  network: ComputedNetwork,
  image: ComputedImage,
  { port, shown }: { readonly port: string; readonly shown: string },
  context: Refusing,
): Grid {
  const domain = learnedDomain(network, context);
  const isSlice = domain.sizeVoxels[2] === 1;
  if (isSlice !== (image.grid.sizeVoxels[2] === 1)) {
    context.refuse({
      port,
      message: `The network has learned from ${isSlice ? 'slices' : 'volumes'}; this image is a ${isSlice ? 'volume' : 'slice'}.`,
      remedy: `Take a network that has learned from ${isSlice ? 'volumes' : 'slices'}.`,
    });
  }
  const { spacingMm } = domain;
  if (!spacingMm) {
    return context.refuse({
      port: 'network',
      message: 'The file of this network does not say how large its voxels are.',
      remedy: 'Set Spacing of Load network to that of the images that it learned from.',
    });
  }
  const seen = gridSeen(image.grid, domain.sizeVoxels, spacingMm);
  const outside = shareOutside(image, seen);
  if (outside > mostLeftOut) {
    context.warn({
      about: 'network-domain',
      port,
      message: `The network sees a box of ${sizeMm(seen)} mm; ${Math.round(100 * outside)} % of what ${shown} shows lies outside of it, where its edge goes on.`,
      remedy: 'Crop the image to what is registered, or take a network for a larger field of view.',
    });
  }
  return seen;
}
