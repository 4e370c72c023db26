import * as z from 'zod';
import type { Params, ParamValue, PipelineDocument } from '../pipeline/schema';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { Setting } from './arguments';
import { messages } from './messages';

/** The recipe with `--set` applied, and what could not be applied. */
export function applySettings(
  document: PipelineDocument,
  settings: readonly Setting[],
  registry: NodeRegistry,
): { readonly document: PipelineDocument; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let changed = document;
  for (const setting of settings) {
    const result = applySetting(changed, setting, registry);
    if ('document' in result) changed = result.document;
    else diagnostics.push(result.diagnostic);
  }
  return { document: changed, diagnostics };
}

function applySetting(
  document: PipelineDocument,
  { nodeId, path, value }: Setting,
  registry: NodeRegistry,
): { readonly document: PipelineDocument } | { readonly diagnostic: Diagnostic } {
  const node = Object.hasOwn(document.nodes, nodeId) ? document.nodes[nodeId] : undefined;
  if (node === undefined) {
    return { diagnostic: messages.settingOfUnknownNode(nodeId, Object.keys(document.nodes)) };
  }
  const definition = registry.get(node.type);
  // A node of unknown type is reported by the compiler; its parameters cannot be checked here.
  if (definition === undefined) return { document };
  const parameter = path.join('.');
  const known = parameterNames(definition.params);
  let refusal: Diagnostic | undefined;
  for (const candidate of candidatesFor(value)) {
    const params = withValue(node.params, path, candidate) as Params;
    const parsed = definition.params.safeParse(params);
    if (parsed.success && hasPath(parsed.data, path)) {
      return {
        document: { ...document, nodes: { ...document.nodes, [nodeId]: { ...node, params } } },
      };
    }
    refusal ??= parsed.success
      ? messages.settingOfUnknownParameter(nodeId, parameter, known)
      : messages.settingRefused(nodeId, parameter, value, issueText(parsed.error.issues));
  }
  return { diagnostic: refusal ?? messages.settingOfUnknownParameter(nodeId, parameter, known) };
}

/** What a value may mean: JSON where it is JSON, else the text itself, as in `prefix=3`. */
function candidatesFor(value: string): readonly ParamValue[] {
  try {
    const json = JSON.parse(value) as ParamValue | null;
    return json === null ? [value] : [json, value];
  } catch {
    return [value];
  }
}

function withValue(
  holder: ParamValue | undefined,
  path: readonly string[],
  value: ParamValue,
): ParamValue {
  const [field, ...rest] = path;
  if (field === undefined) return value;
  const fields = isRecord(holder) ? (holder as Params) : {};
  const inner = Object.hasOwn(fields, field) ? fields[field] : undefined;
  // Entries rather than a literal, so that "__proto__" is a name like any other.
  return Object.fromEntries([
    ...Object.entries(fields),
    [field, withValue(inner, rest, value)],
  ]) as ParamValue;
}

/** Parsing drops what a node does not know, so what is still there is known. */
function hasPath(holder: unknown, path: readonly string[]): boolean {
  const [field, ...rest] = path;
  if (field === undefined) return true;
  return isRecord(holder) && Object.hasOwn(holder, field) && hasPath(holder[field], rest);
}

function parameterNames(params: z.ZodType): readonly string[] {
  return Object.keys(z.toJSONSchema(params, { io: 'input' }).properties ?? {});
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function issueText(issues: readonly { readonly message: string }[]): string {
  return issues.map(({ message }) => message).join('; ');
}
