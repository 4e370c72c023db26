import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { meanOf, splitChannels } from '../../runtime/api/nodes/channels';
import type { ImageValue, ObjectivePart } from '../../runtime/api/nodes/port-values';

/** Of the lowest and the highest intensities of all channels the means: equal only where every channel is the same everywhere. */
export function meanRange(b: Builder, image: ImageValue): ValueId {
  const ranges = splitChannels(b, image.image).map((channel) =>
    b.intensityRange({ image: channel }),
  );
  return meanOf(b, ranges as [ValueId, ...ValueId[]]);
}

/**
 * Says, once the recipe has run, that an image is the same everywhere: by such a one nothing can be aligned, and what is
 * found is chance.
 * @param port at which it is wired
 * @param what names it
 */
export function requireVaryingImage(
  b: Builder,
  image: ImageValue,
  port: string,
  what = `The ${port} image`,
): void {
  b.check(meanRange(b, image), {
    port,
    message: `${what} is the same everywhere: nothing can be aligned by it.`,
    remedy:
      'Look at the image, and at what is done to it before: a window, a mask or a crop may have left nothing of it.',
  });
}

/** The same of every image that stays while another is compared with it. */
export function requireVaryingFixedImages(
  b: Builder,
  fixed: ImageValue,
  objectives: readonly ObjectivePart[],
): void {
  const similarities = objectives.filter((part) => part.on === 'images');
  if (similarities.some(({ pair }) => pair?.fixed === undefined)) {
    requireVaryingImage(b, fixed, 'fixed');
  }
  for (const { name, pair } of similarities) {
    if (pair?.fixed) {
      requireVaryingImage(b, pair.fixed, 'objectives', `The fixed image of “${name}”`);
    }
  }
}
