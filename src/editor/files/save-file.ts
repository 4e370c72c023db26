/** Offers bytes to the browser as a download. */
export function downloadBytes(name: string, bytes: Uint8Array, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has its own hold on the bytes once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** `Brain, T1 → greedy` as `brain-t1-greedy.json`. */
export function recipeFileName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${slug || 'recipe'}.json`;
}

/** The browser's own file dialogs, where it has them. */
interface FileDialogs {
  showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>;
  showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>;
}

const recipeTypes = [{ description: 'Weft recipe', accept: { 'application/json': ['.json'] } }];
const openedTypes = [
  {
    description: 'Weft recipe, or a picture of one',
    accept: { 'application/json': ['.json'], 'image/png': ['.png'] },
  },
];

/** How a recipe was saved. */
export type SaveOutcome =
  | { readonly kind: 'written'; readonly fileHandle: FileSystemFileHandle }
  | { readonly kind: 'downloaded'; readonly name: string }
  | { readonly kind: 'left' };

/**
 * Writes a recipe into the file it came from, into one that the person chooses, or as a download
 * where the browser has no dialogs. The browser swaps the file in only when all of it is written.
 */
export async function saveRecipe(
  text: string,
  name: string,
  known: FileSystemFileHandle | undefined,
): Promise<SaveOutcome> {
  const dialogs = globalThis as FileDialogs;
  if (dialogs.showSaveFilePicker === undefined) {
    downloadBytes(name, new TextEncoder().encode(text), 'application/json');
    return { kind: 'downloaded', name };
  }
  try {
    const fileHandle =
      known ?? (await dialogs.showSaveFilePicker({ suggestedName: name, types: recipeTypes }));
    const writable = await fileHandle.createWritable();
    await writable.write(text);
    await writable.close();
    return { kind: 'written', fileHandle };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return { kind: 'left' };
    throw error;
  }
}

/** Lets the person choose a recipe file; undefined where they leave the dialog. */
export async function chooseRecipe(): Promise<
  { readonly file: File; readonly fileHandle?: FileSystemFileHandle } | undefined
> {
  const dialogs = globalThis as FileDialogs;
  if (dialogs.showOpenFilePicker === undefined) return chooseWithInput();
  try {
    const [fileHandle] = await dialogs.showOpenFilePicker({ types: openedTypes });
    return fileHandle && { file: await fileHandle.getFile(), fileHandle };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

function chooseWithInput(): Promise<{ readonly file: File } | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.json,application/json,.png,image/png';
    input.hidden = true;
    const end = () => {
      const file = input.files?.[0];
      input.remove();
      resolve(file && { file });
    };
    input.addEventListener('change', end);
    input.addEventListener('cancel', end);
    // Outside of the page it could be collected while the dialog is open.
    document.body.append(input);
    input.click();
  });
}
