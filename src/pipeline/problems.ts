import { documentLimits } from './limits';

/** Every way in which a document can be refused. */
export type DocumentProblemCode =
  | 'file-too-large'
  | 'json-syntax'
  | 'merge-conflict'
  | 'nested-too-deep'
  | 'number-too-large'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'not-a-document'
  | 'schema-version-missing'
  | 'schema-version-newer'
  | 'field-missing'
  | 'field-type'
  | 'field-form'
  | 'field-range'
  | 'too-long'
  | 'too-many'
  | 'duplicate-edge'
  | 'edge-node-missing'
  | 'node-version-newer'
  | 'node-version-unknown'
  | 'link-too-long'
  | 'link-damaged';

/** One reason why a document is refused: what was found where, and how to mend it. */
export interface DocumentProblem {
  readonly code: DocumentProblemCode;
  /** For example `nodes.affine.params.bins` or `edges[3].to`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** The text is longer than a recipe can be. */
export function fileTooLarge(bytes: number): DocumentProblem {
  return {
    code: 'file-too-large',
    path: '',
    message: `The recipe has ${bytes} bytes; at most ${documentLimits.fileBytes} are read.`,
    remedy: 'Check that this is a recipe. Images do not belong inside it: a loader names them.',
  };
}

/** The text is not JSON. */
export function jsonSyntax(
  line: number,
  column: number,
  expected: string,
  found: string,
): DocumentProblem {
  return {
    code: 'json-syntax',
    path: '',
    message: `Line ${line}, column ${column}: expected ${expected}, found ${found}.`,
    remedy: `Mend the JSON at line ${line}.`,
  };
}

/** Git left a merge for the person to finish. */
export function mergeConflict(line: number): DocumentProblem {
  return {
    code: 'merge-conflict',
    path: '',
    message: `Line ${line} is a conflict marker that a merge has left behind.`,
    remedy: 'Keep one of the two sides and remove the lines with <<<<<<<, ======= and >>>>>>>.',
  };
}

/** Lists or objects stand inside each other beyond the limit. */
export function nestedTooDeep(line: number, path: string): DocumentProblem {
  return {
    code: 'nested-too-deep',
    path,
    message: `Line ${line} opens level ${documentLimits.nestingLevels + 1} of lists and objects inside each other; at most ${documentLimits.nestingLevels} are read.`,
    remedy: 'Write the value with fewer levels.',
  };
}

/** A number beyond what a double holds. */
export function numberTooLarge(line: number, path: string, number: string): DocumentProblem {
  return {
    code: 'number-too-large',
    path,
    message: `Line ${line}: ${number} is larger than any number that can be kept.`,
    remedy: 'Write a number below 1.8e308.',
  };
}

/** The same key twice in one object, of which JSON would silently drop one. */
export function duplicateKey(line: number, path: string, key: string): DocumentProblem {
  return {
    code: 'duplicate-key',
    path,
    message: `Line ${line}: "${key}" is written twice in the same object.`,
    remedy: 'Remove or rename one of the two.',
  };
}

/** A key that means something to the JavaScript object it would become. */
export function forbiddenKey(line: number, path: string, key: string): DocumentProblem {
  return {
    code: 'forbidden-key',
    path,
    message: `Line ${line}: "${key}" is not allowed as a name.`,
    remedy: 'Choose another name.',
  };
}

/** JSON, but not an object. */
export function notADocument(found: string): DocumentProblem {
  return {
    code: 'not-a-document',
    path: '',
    message: `A recipe is an object with "nodes" and "edges"; this file holds ${found}.`,
    remedy: 'Open a recipe that Weft has written.',
  };
}

/** No usable `schemaVersion`. */
export function schemaVersionMissing(found: string, current: number): DocumentProblem {
  return {
    code: 'schema-version-missing',
    path: 'schemaVersion',
    message: `"schemaVersion" must be a whole number from 0 to ${current}; found ${found}.`,
    remedy: `Check that this is a recipe of Weft; if it is, write "schemaVersion": ${current}.`,
  };
}

/** The document was written by a newer Weft. */
export function schemaVersionNewer(found: number, current: number): DocumentProblem {
  return {
    code: 'schema-version-newer',
    path: 'schemaVersion',
    message: `The recipe has schema version ${found}; this Weft reads versions up to ${current}.`,
    remedy: 'Open it with a newer Weft.',
  };
}

/** Two edges between the same two ports. */
export function duplicateEdge(
  path: string,
  first: string,
  from: string,
  to: string,
): DocumentProblem {
  return {
    code: 'duplicate-edge',
    path,
    message: `The edge from ${from} to ${to} is there already as ${first}.`,
    remedy: `Remove ${path}.`,
  };
}

/** More images than are loaded for one recipe. */
export function tooManyLoaders(found: number): DocumentProblem {
  return {
    code: 'too-many',
    path: 'nodes',
    message: `The recipe has ${found} loaders; at most ${documentLimits.loaders} are read.`,
    remedy: 'Wire one loader to every node that needs its image, or split the recipe into two.',
  };
}

/** An edge that ends at a node that is not there. */
export function edgeNodeMissing(path: string, slug: string): DocumentProblem {
  return {
    code: 'edge-node-missing',
    path,
    message: `The edge ends at the node "${slug}", which is not in the recipe.`,
    remedy: `Add a node "${slug}", or remove the edge.`,
  };
}

/** A node written by a newer Weft. */
export function nodeVersionNewer(
  slug: string,
  type: string,
  found: number,
  current: number,
): DocumentProblem {
  return {
    code: 'node-version-newer',
    path: `nodes.${slug}.version`,
    message: `The node "${slug}" is version ${found} of ${type}; this Weft knows versions up to ${current}.`,
    remedy: 'Open the recipe with a newer Weft, or place the node anew.',
  };
}

/** A node version from which no migration leads to the present one. */
export function nodeVersionUnknown(
  slug: string,
  type: string,
  found: number,
  current: number,
): DocumentProblem {
  return {
    code: 'node-version-unknown',
    path: `nodes.${slug}.version`,
    message: `The node "${slug}" is version ${found} of ${type}, and nothing leads from there to version ${current}.`,
    remedy: `Delete the node and place it anew; it then has version ${current}.`,
  };
}

/** The recipe is too large for a link. */
export function linkTooLong(characters: number): DocumentProblem {
  return {
    code: 'link-too-long',
    path: '',
    message: `The link would have ${characters} characters; many programs cut links above ${documentLimits.linkCharacters}.`,
    remedy: 'Share the recipe as a file or inside an exported picture.',
  };
}

/** What follows `#recipe=` cannot be unpacked. */
export function linkDamaged(found: string): DocumentProblem {
  return {
    code: 'link-damaged',
    path: '',
    message: `The recipe inside the link cannot be read: ${found}.`,
    remedy: 'Copy the whole link again, or ask for the recipe as a file.',
  };
}
