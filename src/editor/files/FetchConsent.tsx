import { Anchor, Button, Group, Modal } from '@mantine/core';
import { withoutCredentials } from '../../imaging/public-hosts';
import { publicImageAt } from '../../imaging/public-images';
import { formatBytes } from '../canvas/InputBadge';
import { useEditor } from '../editor-context';
import { readable } from '../plain-text';

/** Asks before anything is fetched: whose server it is, and what is fetched. */
export function FetchConsent(props: {
  isOpen: boolean;
  nodeId: string;
  url: string;
  sha256: string;
  onClose: () => void;
}) {
  const { controller } = useEditor();
  const { url, sha256 } = props;
  const image = publicImageAt(url, sha256);
  const host = URL.canParse(url) ? new URL(url).host : url;
  return (
    <Modal opened={props.isOpen} onClose={props.onClose} title={`Fetch an image from ${host}?`}>
      <p className="field-help">
        This recipe names an image on the web. Nothing has been fetched yet. If you agree, your
        browser asks <b>{host}</b> for it and no other server, and that one sees your network
        address. Nothing of yours is sent.{' '}
        {image === undefined && 'The size is shown as soon as the server states it. '}
        You can stop the download.
      </p>
      <dl className="facts">
        {image !== undefined && (
          <>
            <dt>Image</dt>
            <dd>{image.shows}</dd>
            <dt>Size</dt>
            <dd>{formatBytes(image.sizeBytes)}</dd>
            <dt>Licence</dt>
            <dd>
              <Anchor href={image.licenceUrl} target="_blank" rel="noreferrer" size="sm">
                {image.licence}
              </Anchor>
            </dd>
          </>
        )}
        <dt>Address</dt>
        <dd className="weft-mono">{readable(withoutCredentials(url))}</dd>
        <dt>SHA-256</dt>
        <dd className="weft-mono">{sha256}</dd>
      </dl>
      <p className="field-help">The file is used only if its checksum is the one above.</p>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={props.onClose}>
          Not now
        </Button>
        <Button
          data-autofocus
          onClick={() => {
            props.onClose();
            void controller.inputs.fetchSource(props.nodeId);
          }}
        >
          Fetch it
        </Button>
      </Group>
    </Modal>
  );
}
