import type { NodeDefinition, NodeRegistry, Section } from '../../runtime/api/nodes/define-node';
import type { PortType } from '../../runtime/api/nodes/port-values';
import { inputPorts, outputPorts } from './ports';

/** A wire in the hand: only nodes that it could end at are of interest. */
export interface WireInHand {
  readonly type: PortType;
  /** The side of the port that the wire comes from. */
  readonly side: 'input' | 'output';
}

/** How the palette calls its sections. */
export const sectionTitles: Readonly<Record<Section, string>> = {
  load: 'Load',
  prepare: 'Prepare',
  initialise: 'Initialise',
  model: 'Transformation model',
  similarity: 'Similarity',
  regularizer: 'Regularizer',
  optimizer: 'Optimizer and schedule',
  network: 'Network',
  register: 'Register',
  apply: 'Apply',
  evaluate: 'Evaluate',
  view: 'View',
  save: 'Save',
};

/** The port of a node that a wire in the hand would end at, or undefined. */
export function portForWire(definition: NodeDefinition, wire: WireInHand): string | undefined {
  const ports = wire.side === 'output' ? inputPorts(definition) : outputPorts(definition);
  const fits = ports.filter((port) => port.type === wire.type);
  return (fits.find((port) => !port.isOptional) ?? fits[0])?.name;
}

/** Nodes whose title, type, synonyms or summary hold every word, the best match first. */
export function searchNodes(
  registry: NodeRegistry,
  query: string,
  wire?: WireInHand,
): readonly NodeDefinition[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return [...registry.values()]
    .filter((definition) => wire === undefined || portForWire(definition, wire) !== undefined)
    .map((definition, index) => ({ definition, index, score: totalScore(definition, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ definition }) => definition);
}

function totalScore(definition: NodeDefinition, words: readonly string[]): number {
  const scores = words.map((word) => wordScore(definition, word));
  if (scores.includes(0)) return 0;
  return scores.reduce((sum, score) => sum + score, 1);
}

function wordScore(definition: NodeDefinition, word: string): number {
  const title = definition.title.toLowerCase();
  if (title.startsWith(word)) return 100;
  if (title.split(/[\s-]+/).some((part) => part.startsWith(word))) return 80;
  if (definition.synonyms.some((synonym) => synonym.toLowerCase().startsWith(word))) return 60;
  if (definition.type.includes(word)) return 40;
  if (definition.synonyms.some((synonym) => synonym.toLowerCase().includes(word))) return 30;
  if (title.includes(word)) return 20;
  return definition.documentation.summary.toLowerCase().includes(word) ? 10 : 0;
}
