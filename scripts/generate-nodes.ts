import * as z from 'zod';
import { nodeRegistry } from '../src/nodes/index';
import { type NodeDefinition, sections } from '../src/runtime/api/nodes/define-node';
import type { NodeTypeSchema } from './generate-schema';
import type { GeneratedFile } from './generated-file';

/** What a node's JSON Schema says of one parameter. */
interface ParameterSchema {
  readonly title?: string;
  readonly help?: string;
  readonly unit?: string;
  readonly turnable?: boolean;
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly items?: ParameterSchema;
  readonly oneOf?: readonly ParameterSchema[];
  readonly properties?: Readonly<Record<string, ParameterSchema>>;
}

const definitions: readonly NodeDefinition[] = [...nodeRegistry.values()];

/** The node types with their parameters, for the published JSON Schema. */
export function nodeTypeSchemas(): readonly NodeTypeSchema[] {
  return definitions.map(({ type, title, params }) => ({ type, title, params }));
}

/** The reference: a page for each node, and a page that lists them by section. */
export function nodeReference(): readonly GeneratedFile[] {
  return [
    { path: 'docs/nodes/README.md', text: indexPage() },
    ...definitions.map((definition) => ({
      path: `docs/nodes/${definition.type}.md`,
      text: nodePage(definition),
    })),
  ];
}

function indexPage(): string {
  const bySection = sections.flatMap((section) => {
    const nodes = definitions.filter((definition) => definition.section === section);
    if (nodes.length === 0) return [];
    const rows = nodes.map(({ type, title, documentation }) => [
      `[${title}](${type}.md)`,
      `\`${type}\``,
      documentation.summary,
    ]);
    return [`## ${capitalised(section)}`, table(['node', 'type', 'what it does'], rows)];
  });
  return page(['# Nodes', generatedNote('src/nodes'), ...bySection]);
}

function nodePage(definition: NodeDefinition): string {
  const { type, version, title, section, synonyms, documentation } = definition;
  const { summary, details, formula, references } = documentation;
  return page([
    `# ${title}`,
    generatedNote('src/nodes'),
    `\`${type}\`, version ${version}, section [${section}](README.md#${section})`,
    summary,
    details,
    ...(formula === undefined ? [] : [`$$\n${formula}\n$$`]),
    ...ports('Inputs', definition.inputs),
    ...ports('Outputs', definition.outputs),
    ...parameters(definition.params),
    ...(references === undefined ? [] : ['## References', referenceList(references)]),
    ...(synonyms.length === 0 ? [] : [`Also found as: ${synonyms.join(', ')}.`]),
  ]);
}

function ports(heading: string, all: NodeDefinition['inputs']): readonly string[] {
  const rows = Object.entries(all).map(([name, { type, doc, optional, many }]) => [
    `\`${name}\``,
    [type, optional && 'optional', many && 'any number'].filter(Boolean).join(', '),
    doc,
  ]);
  return rows.length === 0 ? [] : [`## ${heading}`, table(['port', 'type', 'what'], rows)];
}

function parameters(params: z.ZodType): readonly string[] {
  const schema = z.toJSONSchema(params, { io: 'input' }) as ParameterSchema;
  const rows = parameterRows(schema, '');
  const head = ['parameter', 'default', 'range', 'what it does'];
  return rows.length === 0 ? [] : ['## Parameters', table(head, rows)];
}

function parameterRows(schema: ParameterSchema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, parameter]) => {
    const name = prefix + key;
    if (parameter.const !== undefined) return [];
    const row = [`\`${name}\``, defaultText(parameter), rangeText(parameter), helpText(parameter)];
    const variants = (parameter.oneOf ?? []).flatMap((variant) =>
      parameterRows(variant, `${name} (${variant.properties?.kind?.const}) `),
    );
    return [row, ...variants];
  });
}

function defaultText({ default: initial, unit }: ParameterSchema): string {
  if (initial === undefined) return '';
  const text = Array.isArray(initial)
    ? initial.join(' ')
    : typeof initial === 'object'
      ? Object.values(initial as object).join(' ')
      : String(initial);
  return [text, unit].filter(Boolean).join(' ');
}

function rangeText(parameter: ParameterSchema): string {
  if (parameter.enum) return parameter.enum.map((choice) => `\`${choice}\``).join(', ');
  if (parameter.oneOf) {
    return parameter.oneOf.map(({ properties }) => `\`${properties?.kind?.const}\``).join(', ');
  }
  const { minimum, maximum } = parameter.items ?? parameter;
  return minimum === undefined || maximum === undefined ? '' : `${minimum} to ${maximum}`;
}

function helpText({ title, help, turnable }: ParameterSchema): string {
  const text = [title && `**${title}.**`, help].filter(Boolean).join(' ');
  return turnable ? `${text} *(turnable)*` : text;
}

function referenceList(references: NonNullable<NodeDefinition['documentation']['references']>) {
  return references
    .map(({ text, doi }) => `- ${text}${doi ? `. [doi:${doi}](${doiAddress(doi)})` : ''}`)
    .join('\n');
}

/** Brackets inside a DOI would end the link. */
function doiAddress(doi: string): string {
  return `https://doi.org/${doi.replaceAll('(', '%28').replaceAll(')', '%29')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function generatedNote(source: string): string {
  return `<!-- Written by \`npm run generate\` from ${source}. -->`;
}

function page(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
