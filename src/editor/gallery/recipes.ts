import { parseDocument } from '../../pipeline/parse-document';
import type { PipelineDocument } from '../../pipeline/schema';

/** A recipe that comes with Weft. */
export interface GalleryRecipe {
  readonly fileName: string;
  readonly document: PipelineDocument;
}

/** Reads the texts of recipes by their paths; one that does not parse is a fault of ours and throws. */
export function readRecipes(texts: Readonly<Record<string, string>>): readonly GalleryRecipe[] {
  return Object.entries(texts).map(([path, text]) => {
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const parsed = parseDocument(text);
    if (!parsed.ok) {
      throw new Error(`${fileName}: ${parsed.problems.map(({ message }) => message).join(' ')}`);
    }
    return { fileName, document: parsed.document };
  });
}
