import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useDocument, useEditor, useRun } from '../editor-context';
import { downloadBytes } from '../files/save-file';
import { readable } from '../plain-text';
import { readResultFile, resultFiles, resultManifest } from './result-files';

/** What a run made, as files to keep. */
export function ResultFiles() {
  const { engine, registry } = useEditor();
  const result = useRun((state) => state.result);
  const inputs = useRun((state) => state.inputs);
  const made = useRun((state) => state.resultDocument);
  const name = useDocument((state) => state.document.name);
  if (result === undefined || made === undefined) {
    return (
      <div className="panel-empty">
        <p>The warped image, the transform and a manifest can be kept from here after a run.</p>
      </div>
    );
  }
  const files = resultFiles(made, registry, result.outputs);
  const save = async (file: (typeof files)[number]) => {
    const read = await readResultFile(engine, file);
    if (read.ok) downloadBytes(file.name, read.bytes, 'application/octet-stream');
    else
      notifications.show({
        color: 'red',
        title: `${file.name} cannot be saved`,
        message: read.message,
      });
  };
  const saveManifest = () => {
    const text = resultManifest(made, result, inputs);
    downloadBytes('manifest.json', new TextEncoder().encode(text), 'application/json');
  };
  return (
    <div className="result-files">
      <p className="metrics-line">
        Files of <b>{readable(name)}</b>, in the geometry of the fixed image. Images are NIfTI,
        transforms are read by ITK and ANTs.
      </p>
      {result.status !== 'done' && (
        <p className="metrics-line weft-soft">
          The run {result.status === 'failed' ? 'failed' : 'was cancelled'}:{' '}
          {files.length === 0
            ? 'nothing was finished that could be kept.'
            : 'these come from the nodes that were finished.'}
        </p>
      )}
      <ul>
        {files.map((file) => (
          <li key={`${file.handle} ${file.format}`}>
            <span>
              <b className="weft-mono">{readable(file.name)}</b>
              <span className="weft-soft">{file.says}</span>
            </span>
            <Button
              size="compact-xs"
              variant="light"
              leftSection={<IconDownload size={13} />}
              onClick={() => void save(file)}
              aria-label={`Save ${file.name}`}
            >
              Save
            </Button>
          </li>
        ))}
        <li>
          <span>
            <b className="weft-mono">manifest.json</b>
            <span className="weft-soft">
              recipe, inputs by SHA-256, device, iterations, metrics
            </span>
          </span>
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconDownload size={13} />}
            onClick={saveManifest}
            aria-label="Save manifest.json"
          >
            Save
          </Button>
        </li>
      </ul>
    </div>
  );
}
