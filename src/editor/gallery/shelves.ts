import type { GalleryRecipe } from './recipes';

/** Recipes that stand together in the gallery. */
export interface Shelf {
  readonly title: string;
  readonly recipes: readonly GalleryRecipe[];
}

/** File names without their ending, in the order in which they are shown. */
const shelves: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  {
    title: 'To begin with',
    names: [
      'brain-2d-greedy',
      'brain-t1-greedy',
      'brain-t1-affine',
      'brain-t1-bspline',
      'brain-t1-svf',
      'best-brain',
      'consistent',
      'landmark-guided',
    ],
  },
  {
    title: 'From head to prostate, from CT to histology',
    names: [
      'multimodal-brain',
      'ct-mr-rigid',
      'thorax-ct',
      'lung-ct',
      'lung-mr',
      'cardiac-mr',
      'abdomen-ct',
      'prostate-mr-us',
      'histology-2d',
    ],
  },
  {
    title: 'As other programs do it',
    names: [
      'ants-syn',
      'ants-syn-2024',
      'ants-syn-quick',
      'convexadam',
      'elastix',
      'fast-symmetric-demons',
      'fireants-greedy',
      'fireants-syn',
      'greedy',
      'greedy-svf',
      'lddmm',
      'log-demons',
      'niftyreg',
      'niftyreg-vel',
    ],
  },
  {
    title: 'Networks that have learned',
    names: [
      'voxelmorph-2d',
      'network-then-refine',
      'test-time-adaptation',
      'synthmorph-2d',
      'synthmorph-3d',
      'domain-shift',
    ],
  },
  {
    title: 'Networks that learn',
    names: [
      'voxelmorph-2d-train',
      'train-with-labels',
      'synthmorph-2d-train',
      'voxelmorph-3d',
      'rigid-regression',
      'rigid-agent',
      'features-then-demons',
      'learned-similarity',
      'hypermorph-lambda',
      'symnet',
      'lapirn',
      'lku-net',
      'dual-attention',
      'transmorph',
      'vit-v-net',
      'symtrans',
      'td-net',
    ],
  },
];

/**
 * The recipes by shelf, those on none last; empty shelves are left out.
 * @param wanted words that name and description must have between them, in any order and case
 */
export function shelve(recipes: readonly GalleryRecipe[], wanted = ''): readonly Shelf[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = recipes.filter(({ document, fileName }) => {
    const text = `${document.name} ${document.description ?? ''} ${fileName}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const rest = new Map(found.map((recipe) => [recipe.fileName.replace(/\.json$/, ''), recipe]));
  const full = shelves.map(({ title, names }) => {
    const placed = names.flatMap((name) => rest.get(name) ?? []);
    for (const name of names) rest.delete(name);
    return { title, recipes: placed };
  });
  return [...full, { title: 'More', recipes: [...rest.values()] }].filter(
    (shelf) => shelf.recipes.length > 0,
  );
}
