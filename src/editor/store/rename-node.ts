import { type PipelineDocument, slugPattern } from '../../pipeline/schema';
import { endText, portEnd } from './document-edits';

/** Why a node cannot have this id, as a sentence; undefined where it can. */
export function reasonAgainstId(
  document: PipelineDocument,
  nodeId: string,
  wanted: string,
): string | undefined {
  if (!slugPattern.test(wanted)) {
    return 'Lower-case letters, digits and dashes, a letter first, at most 40.';
  }
  if (wanted !== nodeId && Object.hasOwn(document.nodes, wanted)) {
    return `There is a node “${wanted}” already.`;
  }
  return undefined;
}

/** Gives a node another id; its wires and its place follow. Unchanged where the id cannot be had. */
export function renameNode(
  document: PipelineDocument,
  nodeId: string,
  wanted: string,
): PipelineDocument {
  const isKnown = Object.hasOwn(document.nodes, nodeId);
  if (!isKnown || wanted === nodeId || reasonAgainstId(document, nodeId, wanted)) return document;
  const renamed = (id: string) => (id === nodeId ? wanted : id);
  const follow = (text: string) => {
    const end = portEnd(text);
    return end.nodeId === nodeId ? endText({ ...end, nodeId: wanted }) : text;
  };
  return {
    ...document,
    nodes: renameKeys(document.nodes, renamed),
    layout: renameKeys(document.layout, renamed),
    edges: document.edges.map((edge) => ({
      ...edge,
      from: follow(edge.from),
      to: follow(edge.to),
    })),
  };
}

/** A record under other keys. */
export function renameKeys<Value>(
  record: Readonly<Record<string, Value>>,
  renamed: (key: string) => string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [renamed(key), value]));
}
