import { InternalError } from '../internal-error';

/** A piece of WGSL that others may use; its functions carry its name as prefix. */
export interface WgslModule {
  readonly name: string;
  readonly source: string;
}

/** A place in a module's own file, from 1. */
export interface WgslLocation {
  readonly module: string;
  readonly line: number;
}

const usesPrefix = '// uses:';
const modulePrefix = '// --- module: ';

/**
 * Puts modules together, each once and after those that it uses. What a module uses stands in its
 * first line, as in `// uses: trilinear affine`.
 * @param parts emitted in order, each after the modules that it uses
 * @throws InternalError where a module is missing or modules use each other in a circle.
 */
export function linkWgsl(parts: readonly WgslModule[], library: readonly WgslModule[]): string {
  const moduleByName = new Map(library.map((module) => [module.name, module]));
  const chunks: string[] = [];
  const finished = new Set<string>();
  const open = new Set<string>();

  const emit = (module: WgslModule): void => {
    if (finished.has(module.name)) return;
    if (open.has(module.name)) {
      throw new InternalError(
        `WGSL modules use each other: ${[...open, module.name].join(' → ')}.`,
      );
    }
    open.add(module.name);
    for (const name of usedBy(module.source)) {
      const used = moduleByName.get(name);
      if (!used) throw new InternalError(`${module.name} uses "${name}", which is no WGSL module.`);
      emit(used);
    }
    open.delete(module.name);
    finished.add(module.name);
    chunks.push(`${modulePrefix}${module.name}\n${module.source.trimEnd()}\n`);
  };

  for (const part of parts) emit(part);
  return chunks.join('');
}

/** Where a line of linked code (from 1) comes from. */
export function locateLine(linkedCode: string, line: number): WgslLocation {
  const lines = linkedCode.split('\n');
  for (let index = Math.min(line, lines.length) - 1; index >= 0; index -= 1) {
    const text = lines[index] as string;
    if (text.startsWith(modulePrefix)) {
      return { module: text.slice(modulePrefix.length), line: line - index - 1 };
    }
  }
  return { module: 'unknown', line };
}

function usedBy(source: string): string[] {
  const firstLine = source.slice(0, source.indexOf('\n'));
  if (!firstLine.startsWith(usesPrefix)) return [];
  return firstLine.slice(usesPrefix.length).trim().split(/\s+/);
}
