import type { PipelineDocument, PipelineEdge } from '../../pipeline/schema';
import type { NodeDefinition, NodeRegistry, Section } from '../../runtime/api/nodes/define-node';
import type { PortType } from '../../runtime/api/nodes/port-values';
import { endText, type PortEnd, portEnd } from '../store/document-edits';
import { findPort, inputPorts, outputPorts, portLabel, portStyles } from './ports';

/** A node that turns one type into another, with the ports to use. */
export interface Bridge {
  readonly definition: NodeDefinition;
  readonly input: string;
  readonly output: string;
}

/** Whether a wire may be drawn; where not, why, and what would make it fit. */
export type ConnectionVerdict =
  | {
      readonly ok: true;
      readonly takesMany: boolean;
      /** The wire that the new one takes the place of. */
      readonly replaces?: PipelineEdge;
    }
  | { readonly ok: false; readonly reason: string; readonly bridges: readonly Bridge[] };

/** Judges a wire from an output to an input. */
export function judgeConnection(
  document: PipelineDocument,
  registry: NodeRegistry,
  from: PortEnd,
  to: PortEnd,
): ConnectionVerdict {
  if (from.nodeId === to.nodeId) return refuse('A node cannot feed itself.');
  const output = findPort(document, registry, from, 'output');
  const input = findPort(document, registry, to, 'input');
  if (output === undefined || input === undefined) {
    const missing = output === undefined ? from.nodeId : to.nodeId;
    return refuse(
      `The ports of “${missing}” are not known here, so nothing new can be wired to it.`,
    );
  }
  if (output.type !== input.type) {
    const bridges = findBridges(registry, output.type, input.type);
    const given = portStyles[output.type].label.toLowerCase();
    const needed = portStyles[input.type].label.toLowerCase();
    return {
      ok: false,
      reason: `“${portLabel(input.name)}” of ${to.nodeId} takes ${withArticle(needed)}; “${portLabel(output.name)}” of ${from.nodeId} gives ${withArticle(given)}.`,
      bridges,
    };
  }
  if (document.edges.some((edge) => edge.from === endText(from) && edge.to === endText(to))) {
    return refuse('These two ports are wired already.');
  }
  if (reaches(document, to.nodeId, from.nodeId)) {
    return refuse(
      `This would close a loop: ${from.nodeId} already depends on ${to.nodeId}. Recipes run in one direction.`,
    );
  }
  const replaces = input.takesMany
    ? undefined
    : document.edges.find((edge) => edge.to === endText(to));
  return { ok: true, takesMany: input.takesMany, ...(replaces && { replaces }) };
}

/** Sections whose nodes end something: what they give is about the data, not the data brought on. */
const endSections: readonly Section[] = ['evaluate', 'view', 'save', 'register'];

/** Nodes that bring one type on to another, those with the fewest further inputs first. */
export function findBridges(
  registry: NodeRegistry,
  from: PortType,
  to: PortType,
): readonly Bridge[] {
  const found: { readonly bridge: Bridge; readonly needs: number }[] = [];
  for (const definition of registry.values()) {
    if (endSections.includes(definition.section)) continue;
    const inputs = inputPorts(definition);
    const input =
      inputs.find((port) => port.type === from && !port.isOptional) ??
      inputs.find((port) => port.type === from);
    const output = outputPorts(definition).find((port) => port.type === to);
    if (input === undefined || output === undefined) continue;
    const needs = inputs.filter((port) => !port.isOptional && port !== input).length;
    // What would do without this wire and needs several others is a step of its own.
    if (input.isOptional && needs > 2) continue;
    found.push({ bridge: { definition, input: input.name, output: output.name }, needs });
  }
  return found
    .sort((a, b) => a.needs - b.needs)
    .slice(0, 3)
    .map(({ bridge }) => bridge);
}

/** A port that could be wired to another one, for wiring without a pointer. */
export interface ConnectionTarget {
  readonly end: PortEnd;
  readonly replaces: boolean;
}

/** Every port of the recipe that a port could be wired to. */
export function connectionTargets(
  document: PipelineDocument,
  registry: NodeRegistry,
  end: PortEnd,
  side: 'input' | 'output',
): readonly ConnectionTarget[] {
  const targets: ConnectionTarget[] = [];
  for (const [nodeId, node] of Object.entries(document.nodes)) {
    const definition = registry.get(node.type);
    if (definition === undefined) continue;
    const ports = side === 'output' ? inputPorts(definition) : outputPorts(definition);
    for (const port of ports) {
      const other = { nodeId, port: port.name };
      const verdict =
        side === 'output'
          ? judgeConnection(document, registry, end, other)
          : judgeConnection(document, registry, other, end);
      if (verdict.ok) targets.push({ end: other, replaces: verdict.replaces !== undefined });
    }
  }
  return targets;
}

function reaches(document: PipelineDocument, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let nodeId = waiting.pop(); nodeId !== undefined; nodeId = waiting.pop()) {
    if (nodeId === to) return true;
    if (seen.has(nodeId)) continue;
    seen.add(nodeId);
    for (const edge of document.edges) {
      if (portEnd(edge.from).nodeId === nodeId) waiting.push(portEnd(edge.to).nodeId);
    }
  }
  return false;
}

function refuse(reason: string): ConnectionVerdict {
  return { ok: false, reason, bridges: [] };
}

function withArticle(noun: string): string {
  if (noun === 'labels') return noun;
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
