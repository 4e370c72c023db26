import { nodeReference, nodeTypeSchemas } from './generate-nodes';
import { pipelineSchemaText } from './generate-schema';
import type { GeneratedFile } from './generated-file';

/** Every generated file as it should be now. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'schema/weft-pipeline.schema.json', text: pipelineSchemaText(nodeTypeSchemas()) },
    ...nodeReference(),
  ];
}
