/**
 * Upper bounds on what a document may hold. A document is untrusted input, so that everything that
 * grows with it is bounded here; the schema, the reader and the share codecs all lean on this record.
 */
export const documentLimits = {
  /** Bytes of the file as UTF-8, and of the text inside a link or a picture once it is inflated. */
  fileBytes: 1024 * 1024,
  /** Objects and lists inside each other, the document itself counted as one. */
  nestingLevels: 12,
  nodes: 500,
  /** Nodes of the section `load`: each brings an image, and a generated one takes seconds to make. */
  loaders: 32,
  edges: 2000,
  references: 100,
  stickyNotes: 200,
  expectedMetrics: 100,
  /** Parameters of one node, and fields of an object inside a parameter. */
  params: 200,
  /** Items of a list inside a parameter. */
  listItems: 1000,
  /** Characters of the name of a recipe and of the title of a node. */
  titleCharacters: 200,
  /** Characters of the description, a reference, and a note. */
  proseCharacters: 10_000,
  /** Characters of a text inside a parameter. */
  paramCharacters: 1000,
  /** Characters of a node type, of the name of a parameter, a port or a metric. */
  nameCharacters: 80,
  /** Largest coordinate of the layout, either way from zero, in canvas units. */
  layoutUnits: 1_000_000,
  /** Characters of a link's hash, `#recipe=` included. */
  linkCharacters: 8192,
  /** Problems reported for one document; what comes after them is rarely news. */
  problems: 100,
} as const;
