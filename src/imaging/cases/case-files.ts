import type { CasesProblem } from '../image-problem';
import { groupPairs } from '../nifti/pair-names';
import type { CaseFacts } from '../synthesis/case-pairs';

/** The files of a case, by their names; a file of an image pair (.hdr) comes with the other (.img). */
export interface CaseFiles extends CaseFacts {
  readonly image: ImageNames;
  readonly labels?: ImageNames;
}

export type ImageNames = readonly [name: string, voxels?: string];

/** Cases, or why files are none; `file` is then the name of what is wrong. */
export type CasesResult =
  | { readonly ok: true; readonly cases: readonly CaseFiles[] }
  | { readonly ok: false; readonly problem: CasesProblem };

/** More are no cases of a page or a program. */
export const mostCases = 4096;

const imageName = /\.(nii|hdr|img)(\.gz)?$/i;
const tableName = /\.(csv|tsv)$/i;

/** Labels say so at the end of their names; BIDS writes `_dseg`. */
const labelEnding = /[_.-](dseg|seg|segmentation|labels?|aseg|aparc\+aseg)$/i;

/** Neither images to register nor labels. */
const neither = /[_.-](mask|probseg)$/i;

/** Parts of a BIDS name that labels have beside those of their image, or the image alone. */
const ownEntities = /^(space|res|den|label|desc|atlas|seg)-/i;

/** Whether a file belongs among cases: images, and tables that name them. Hidden files do not. */
export function isCaseFile(name: string): boolean {
  return !/(^|\/)(\.|__MACOSX\/)/.test(name) && (imageName.test(name) || tableName.test(name));
}

/** The tables among files. */
export function tablesAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => tableName.test(name) && isCaseFile(name));
}

/** The image files among others, by name, both of a pair together. */
export function imagesAmong(names: readonly string[]): readonly ImageNames[] {
  const files = names
    .filter((name) => isCaseFile(name) && imageName.test(name))
    .sort(byName)
    .map((name) => ({ name }));
  return groupPairs(files).map(([one, other]) => (other ? [one.name, other.name] : [one.name]));
}

/**
 * Cases in the order of their images' names. Labels are those whose names end so (`_dseg`, `-labels` …); they belong to the image
 * that is called the same without that, or to the only one with the same BIDS entities (`sub-01_ses-2`). Masks and
 * probabilities are passed over. Images of one `sub-` are of one group.
 */
export function casesByName(names: readonly string[]): CasesResult {
  const files = imagesAmong(names).map((file) => ({ file, stem: stemOf(file[0]) }));
  const labelled = files.filter(({ stem }) => labelEnding.test(stem));
  const images = files.filter(({ stem }) => !labelEnding.test(stem) && !neither.test(stem));
  const labelsOf = new Map<string, ImageNames[]>();
  for (const { file, stem } of labelled) {
    const found = imagesOf(stem, images);
    const [image, ...others] = found;
    if (!image || others.length > 0) {
      const problem = { code: 'labels-without-image', images: found } as const;
      return { ok: false, problem: { file: file[0], ...problem } };
    }
    labelsOf.set(image, [...(labelsOf.get(image) ?? []), file]);
  }
  for (const [image, labels] of labelsOf) {
    if (labels.length < 2) continue;
    const problem = { code: 'two-maps-of-labels', image, labels: labels.map(([name]) => name) };
    return { ok: false, problem: { file: image, ...problem, code: 'two-maps-of-labels' } };
  }
  return {
    ok: true,
    cases: images.map(({ file, stem }) => {
      const [labels] = labelsOf.get(file[0]) ?? [];
      const group = /(?:^|_)(sub-[^_]+)/.exec(baseOf(stem))?.[1];
      return { image: file, ...(labels && { labels }), ...(group !== undefined && { group }) };
    }),
  };
}

/** The images that a map of labels may belong to: those of the nearest kind of likeness that any has. */
function imagesOf(
  labels: string,
  images: readonly { readonly file: ImageNames; readonly stem: string }[],
): readonly string[] {
  const bare = labels.replace(labelEnding, '');
  const likenesses: readonly ((stem: string) => boolean)[] = [
    (stem) => stem === bare,
    (stem) => baseOf(stem) === baseOf(bare),
    (stem) => entitiesOf(stem) !== '' && entitiesOf(stem) === entitiesOf(labels),
  ];
  for (const isLike of likenesses) {
    const found = images.filter(({ stem }) => isLike(stem));
    if (found.length > 0) return found.map(({ file: [name] }) => name);
  }
  return [];
}

/** The entities of a BIDS name that an image and its labels share, such as `sub-01_ses-2`; empty of other names. */
function entitiesOf(stem: string): string {
  const parts = baseOf(stem).split('_').slice(0, -1);
  return parts.filter((part) => part.includes('-') && !ownEntities.test(part)).join('_');
}

function stemOf(name: string): string {
  return name.replace(imageName, '');
}

function baseOf(name: string): string {
  return name.split('/').at(-1) ?? name;
}

/** The same everywhere, whatever language a machine speaks; numbers in names by their value. */
function byName(a: string, b: string): number {
  const [own, other] = [a, b].map((name) =>
    name.replace(/\d+/g, (digits) => digits.padStart(12, '0')),
  ) as [string, string];
  if (own !== other) return own < other ? -1 : 1;
  return a < b ? -1 : 1;
}
