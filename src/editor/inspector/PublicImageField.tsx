import { Select } from '@mantine/core';
import { type PublicImage, publicImageAt, publicImages } from '../../imaging/public-images';
import type { Params } from '../../pipeline/schema';
import { formatBytes } from '../canvas/InputBadge';
import { fieldText } from '../plain-text';

/** Picks one of the public images in place of an address; fetches nothing. */
export function PublicImageField(props: { source: Params; onPick: (image: PublicImage) => void }) {
  const { source, onPick } = props;
  const picked = publicImageAt(fieldText(source.url), fieldText(source.sha256));
  return (
    <Select
      size="sm"
      label="Public image"
      placeholder="Choose one, or give an address"
      description={
        picked === undefined
          ? 'Real brains that anybody may use. Choosing one fetches nothing yet.'
          : `${picked.shows} ${formatBytes(picked.sizeBytes)}. ${picked.licence}.`
      }
      data={publicImages.map(({ id, title }) => ({ value: id, label: title }))}
      value={picked?.id ?? null}
      allowDeselect={false}
      onChange={(id) => {
        const image = publicImages.find((candidate) => candidate.id === id);
        if (image !== undefined) onPick(image);
      }}
    />
  );
}
