import { Button, Modal, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import { groupPairs } from '../../imaging/nifti/pair-names';
import { useDocument, useEditor } from '../editor-context';
import { readable } from '../plain-text';
import type { ImageFiles } from '../run/input-data';
import { takesMany } from './chosen-files';
import type { RecipeFiles } from './recipe-files';

/** Takes files dropped anywhere on the page: recipes are opened, images offered to the loaders. */
export function DropZone({ files }: { files: RecipeFiles }) {
  const { controller, registry } = useEditor();
  const [isOver, setOver] = useState(false);
  const [waiting, setWaiting] = useState<readonly ImageFiles[]>([]);
  const document = useDocument((state) => state.document);
  const loaders = Object.entries(document.nodes).filter(
    ([, node]) => registry.get(node.type)?.source !== undefined,
  );

  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const onLeave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    // Seen before any target, because a drop onto a node ends there.
    const onAnyDrop = () => {
      depth = 0;
      setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      const dropped = [...(event.dataTransfer?.files ?? [])];
      if (dropped.length === 0) return;
      event.preventDefault();
      const isRecipe = (file: File) => /\.(json|png)$/i.test(file.name);
      const recipe = dropped.find(isRecipe);
      if (recipe) void files.openFile(recipe);
      else setWaiting(groupPairs(dropped));
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onAnyDrop, true);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onAnyDrop, true);
      window.removeEventListener('drop', onDrop);
    };
  }, [files]);

  const [image, ...others] = waiting;
  return (
    <>
      {isOver && (
        <div className="drop-veil" aria-hidden="true">
          <p>Drop a recipe to open it, or an image onto its loader</p>
        </div>
      )}
      <Modal
        opened={image !== undefined}
        onClose={() => setWaiting(others)}
        title={image ? `Where does ${readable(image[0].name)} belong?` : ''}
      >
        <Stack gap="xs">
          {loaders.map(([nodeId, node]) => (
            <Button
              key={nodeId}
              variant="default"
              justify="space-between"
              rightSection={<span className="weft-mono weft-soft">{nodeId}</span>}
              onClick={() => {
                const isForAll = takesMany(registry.get(node.type));
                const taken = isForAll ? waiting : image ? [image] : [];
                const files = taken.flat().filter((file) => file !== undefined);
                void controller.inputs.openChosen(nodeId, files);
                setWaiting(isForAll ? [] : others);
              }}
            >
              {readable(node.title ?? registry.get(node.type)?.title ?? node.type)}
            </Button>
          ))}
          {loaders.length === 0 && (
            <p>This recipe has no loader. Open a recipe, or add one, first.</p>
          )}
        </Stack>
      </Modal>
    </>
  );
}
