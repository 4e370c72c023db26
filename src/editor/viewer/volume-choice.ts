import type { PipelineDocument } from '../../pipeline/schema';
import type { OutputHandle, RunResult } from '../../runtime/api/engine/engine-api';
import type { NodeDefinition, NodeRegistry } from '../../runtime/api/nodes/define-node';
import { inputPorts, outputPorts } from '../canvas/ports';
import { type PortEnd, portEnd } from '../store/document-edits';
import type { InputStatus } from '../store/run-store';

/** Something that the viewer can show. */
export interface ViewableVolume {
  /** `node.port`. */
  readonly id: string;
  readonly nodeId: string;
  readonly kind: 'image' | 'labels';
  readonly handle: string;
}

/** The volumes that a registration is about. */
export interface RegistrationVolumes {
  /** The node where fixed and moving meet. */
  readonly nodeId: string | undefined;
  readonly fixed: ViewableVolume | undefined;
  readonly moving: ViewableVolume | undefined;
  readonly warped: ViewableVolume | undefined;
}

/** What is known of the recipe's data at the moment. */
export interface ViewSources {
  readonly document: PipelineDocument;
  readonly registry: NodeRegistry;
  readonly inputs: Readonly<Record<string, InputStatus>>;
  readonly result: RunResult | undefined;
}

/** Every image and label volume that can be shown now: opened inputs first, then results. */
export function viewableVolumes(sources: ViewSources): readonly ViewableVolume[] {
  const ofInputs = Object.keys(sources.inputs).flatMap(
    (nodeId) => inputVolume(sources, nodeId) ?? [],
  );
  const ofRun = (sources.result?.outputs ?? []).flatMap((output) => resultVolume(output) ?? []);
  const known = new Set(ofInputs.map(({ id }) => id));
  return [...ofInputs, ...ofRun.filter(({ id }) => !known.has(id))];
}

/**
 * The volumes of one registration: of the preferred node where it registers something, else of the
 * last node of the recipe that does; after a run that ended early, of the last that was finished.
 */
export function registrationVolumes(
  sources: ViewSources,
  preferredNodeId?: string,
): RegistrationVolumes {
  const nodeId = registrationNode(sources, preferredNodeId);
  if (nodeId === undefined) {
    const [fixed] = viewableVolumes(sources);
    return { nodeId, fixed, moving: undefined, warped: undefined };
  }
  return {
    nodeId,
    fixed: volumeBehind(sources, nodeId, 'fixed'),
    moving: volumeBehind(sources, nodeId, 'moving'),
    warped: warpedBy(sources, nodeId),
  };
}

/** The warped image that a node gives, or that another makes by the transform that it gives. */
function warpedBy({ document, result }: ViewSources, nodeId: string): ViewableVolume | undefined {
  const warpers = document.edges
    .filter(({ from, to }) => from === `${nodeId}.transform` && to.endsWith('.transform'))
    .map(({ to }) => portEnd(to).nodeId);
  const imagesOf = (givers: readonly string[], port: string) =>
    (result?.outputs ?? []).flatMap((output) =>
      givers.includes(output.nodeId) && output.port === port && output.kind === 'image'
        ? (resultVolume(output) ?? [])
        : [],
    );
  return [...imagesOf([nodeId], 'warped'), ...imagesOf(warpers, 'image')][0];
}

function registrationNode(sources: ViewSources, preferred: string | undefined): string | undefined {
  const { document, registry, result } = sources;
  const registers = Object.keys(document.nodes).filter((nodeId) => {
    const definition = registry.get(document.nodes[nodeId]?.type ?? '');
    const inputs = definition ? inputPorts(definition).map(({ name }) => name) : [];
    const outputs = definition ? outputPorts(definition).map(({ name }) => name) : [];
    const isPair = inputs.includes('fixed') && inputs.includes('moving');
    // A network gives a transform alone, which another node warps by.
    return isPair && (outputs.includes('warped') || isPrediction(definition));
  });
  if (preferred !== undefined && registers.includes(preferred)) return preferred;
  const isFinished = (nodeId: string) => warpedBy(sources, nodeId) !== undefined;
  const feedsAnother = (nodeId: string) =>
    document.edges.some(
      (edge) => portEnd(edge.from).nodeId === nodeId && registers.includes(portEnd(edge.to).nodeId),
    );
  const last = registers.find((nodeId) => !feedsAnother(nodeId)) ?? registers.at(-1);
  const finished =
    result?.outputs
      .map(({ nodeId }) => nodeId)
      .filter((nodeId) => registers.includes(nodeId) && isFinished(nodeId)) ?? [];
  return last !== undefined && isFinished(last) ? last : (finished.at(-1) ?? last);
}

/** What flows into a port; where that cannot be shown yet, what it was made from. */
function volumeBehind(
  sources: ViewSources,
  nodeId: string,
  port: string,
  depth = 0,
): ViewableVolume | undefined {
  const { document, registry } = sources;
  const wire = document.edges.find((edge) => edge.to === `${nodeId}.${port}`);
  if (wire === undefined || depth > 20) return undefined;
  const from: PortEnd = portEnd(wire.from);
  const input = inputVolume(sources, from.nodeId);
  if (input !== undefined) return input;
  const made = sources.result?.outputs.find(
    (output) => output.nodeId === from.nodeId && output.port === from.port,
  );
  const volume = made && resultVolume(made);
  if (volume !== undefined) return volume;
  const definition = registry.get(document.nodes[from.nodeId]?.type ?? '');
  const images = definition ? inputPorts(definition).filter(({ type }) => type === 'image') : [];
  // What makes something of a pair gives each half under the name that it came by.
  const upstream = images.find(({ name }) => name === from.port) ?? images[0];
  return upstream && volumeBehind(sources, from.nodeId, upstream.name, depth + 1);
}

function inputVolume(
  { document, registry, inputs }: ViewSources,
  nodeId: string,
): ViewableVolume | undefined {
  const input = inputs[nodeId];
  const definition = registry.get(document.nodes[nodeId]?.type ?? '');
  if (input?.state !== 'ready' || definition === undefined) return undefined;
  const { kind } = input.descriptor;
  if (kind !== 'image' && kind !== 'labels') return undefined;
  const port = outputPorts(definition)[0]?.name ?? 'image';
  return { id: `${nodeId}.${port}`, nodeId, kind, handle: input.handle };
}

function resultVolume({ nodeId, port, kind, handle }: OutputHandle): ViewableVolume | undefined {
  return kind === 'image' || kind === 'labels'
    ? { id: `${nodeId}.${port}`, nodeId, kind, handle }
    : undefined;
}

/** Whether it asks a network about a pair, or adapts one to it. */
function isPrediction(definition: NodeDefinition | undefined): boolean {
  if (definition?.section !== 'network') return false;
  return (
    definition.train !== undefined ||
    outputPorts(definition).some(({ name }) => name === 'transform')
  );
}
