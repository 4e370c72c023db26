import { Button, Menu } from '@mantine/core';
import { IconLink, IconPhotoDown, IconShare } from '@tabler/icons-react';
import type { RecipeFiles } from './recipe-files';

/** The two ways to pass a recipe on that are not its file: a link, and a picture with it inside. */
export function ShareMenu({ files }: { files: RecipeFiles }) {
  return (
    <Menu position="bottom-end" width={290}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label="Share"
          leftSection={<IconShare size={17} />}
        >
          <span className="head-label">Share</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLink size={17} />} onClick={() => void files.share()}>
          Copy a link
          <span className="share-says">The whole recipe behind the #; no server sees it.</span>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPhotoDown size={17} />}
          onClick={() => void files.savePicture()}
        >
          Save a picture
          <span className="share-says">
            A PNG of the graph and the slices that are shown, with the recipe inside.
          </span>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
