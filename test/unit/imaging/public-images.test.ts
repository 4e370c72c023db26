import { describe, expect, it } from 'vitest';
import { publicImageAt, publicImages } from '../../../src/imaging/public-images';

/** Small enough to be fetched while a person waits. */
const largestBytes = 4 * 2 ** 20;

describe('the list of public images', () => {
  it('is short, and every entry has a name of its own', () => {
    expect(publicImages.length).toBeGreaterThanOrEqual(2);
    expect(publicImages.length).toBeLessThanOrEqual(5);
    for (const key of ['id', 'title', 'url', 'sha256'] as const) {
      expect(new Set(publicImages.map((image) => image[key])).size, key).toBe(publicImages.length);
    }
  });

  it.each(publicImages)('$id is pinned, checked, small and free to use', (image) => {
    expect(image.id).toMatch(/^[a-z0-9-]+$/);
    // A full commit hash in the address: what lies there cannot change.
    expect(image.url).toMatch(
      /^https:\/\/raw\.githubusercontent\.com\/[\w-]+\/[\w-]+\/[0-9a-f]{40}\/[\w./-]+\.nii\.gz$/,
    );
    expect(image.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(image.sizeBytes).toBeGreaterThan(0);
    expect(image.sizeBytes).toBeLessThan(largestBytes);
    expect(image.shows).toMatch(/^[A-Z].*\.$/);
    expect(image.licence).toMatch(/CC0|any purpose/);
    expect(image.licenceUrl).toMatch(/^https:\/\//);
  });

  it('finds an image by address and checksum together', () => {
    const [image] = publicImages;
    expect(publicImageAt(image!.url, image!.sha256)).toBe(image);
    expect(publicImageAt(image!.url, '0'.repeat(64))).toBeUndefined();
  });
});
