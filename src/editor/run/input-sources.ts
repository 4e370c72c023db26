import type { PipelineDocument } from '../../pipeline/schema';
import { readingOf, type SourceRequest } from '../../runtime/api/engine/inputs';
import type { NodeDefinition, NodeRegistry } from '../../runtime/api/nodes/define-node';
import { portTraits } from '../../runtime/api/nodes/port-traits';
import type { InputStatus } from '../store/run-store';

/** A loader of the recipe with what it asks for. */
export interface LoaderSource {
  readonly nodeId: string;
  readonly source: SourceRequest;
  /** Equal for equal data: whoever has opened it need not open it again. */
  readonly key: string;
}

/** What the loaders of a recipe ask for; loaders with parameters out of bounds are left out. */
export function loaderSources(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly LoaderSource[] {
  return Object.entries(document.nodes).flatMap(([nodeId, node]) => {
    const definition = registry.get(node.type);
    const params = definition?.source && definition.params.safeParse(node.params);
    if (!params?.success || definition?.source === undefined) return [];
    const source = definition.source(params.data);
    return [{ nodeId, source, key: sourceKey(source) }];
  });
}

/**
 * Handle by loader, for the engine. The labels of a generated head say nothing about real images: once
 * an image is a file or an address they stay unbound, and the engine leaves out what needs them.
 */
export function bindingsOf(
  loaders: readonly LoaderSource[],
  inputs: Readonly<Record<string, InputStatus>>,
): Readonly<Record<string, string>> {
  const isReal = loaders.some(({ source }) => source.as === 'image' && source.kind !== 'phantom');
  const bindings = loaders.flatMap(({ nodeId, source }) => {
    const input = inputs[nodeId];
    const saysNothing = source.kind === 'phantom' && portTraits(source.as).mayBeLeftOut;
    if (isReal && saysNothing) return [];
    return input?.state === 'ready' ? [[nodeId, input.handle] as const] : [];
  });
  return Object.fromEntries(bindings);
}

/** What a node loads, whatever its source is set to; undefined for nodes that load nothing. */
export function loadedKind(
  definition: NodeDefinition | undefined,
): SourceRequest['as'] | undefined {
  const initial = definition?.source && definition.params.safeParse({});
  return initial?.success ? definition?.source?.(initial.data).as : undefined;
}

/** Text that is equal for requests of the same file, however it is read. */
export function fileKey(request: SourceRequest): string {
  const { frame: _, framesAsChannels: __, points: ___, network: ____, ...source } = request;
  return sourceKey(source);
}

/** Text that is equal for requests that read a file in the same way. */
export function readingKey(source: SourceRequest): string {
  return JSON.stringify(readingOf(source));
}

/** Text that is equal for requests of the same data. */
export function sourceKey(source: SourceRequest): string {
  const entries = Object.entries(source).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
