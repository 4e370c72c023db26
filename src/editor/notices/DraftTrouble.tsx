import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useEditor } from '../editor-context';
import type { RecipeFiles } from '../files/recipe-files';

const id = 'draft-trouble';

/** Says once, for as long as it lasts, that the browser keeps no draft of unsaved edits. */
export function DraftTrouble({ files }: { files: RecipeFiles }) {
  const { drafts } = useEditor();
  const because = useStore(drafts.trouble, (state) => state.because);
  const isTrouble = because !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once, whatever the next try finds
  useEffect(() => {
    if (!isTrouble) {
      notifications.hide(id);
      return;
    }
    notifications.show({
      id,
      color: 'yellow',
      title: 'Your edits are in this tab only',
      autoClose: false,
      message: (
        <>
          <Text size="sm">
            The browser keeps no draft of them: {because?.replace(/\.$/, '')}. Save the recipe to a
            file before you leave the page. Weft goes on trying.
          </Text>
          <Button size="compact-xs" variant="light" mt={6} onClick={() => void files.save()}>
            Save to a file
          </Button>
        </>
      ),
    });
  }, [isTrouble]);
  return null;
}
