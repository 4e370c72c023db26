import { nodeReference, nodeTypeSchemas } from './generate-nodes';
import { pipelineSchemaText } from './generate-schema';

/** A file that is checked in but written by `npm run generate`. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file as it should be now. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'schema/weft-pipeline.schema.json', text: pipelineSchemaText(nodeTypeSchemas()) },
    ...nodeReference(),
  ];
}
