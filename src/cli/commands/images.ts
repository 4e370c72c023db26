import { publicImages } from '../../imaging/public-images';
import type { Arguments } from '../arguments';
import { type ExitStatus, exitStatus } from '../exit-status';
import { bytesText } from '../format-table';
import type { Host } from '../host';
import { jsonText } from '../manifest';

/** `weft images`: the public images that `--input NODE=public:NAME` takes. Fetches nothing. */
export async function images({ json }: Arguments, { terminal }: Host): Promise<ExitStatus> {
  terminal.out(json ? jsonText(publicImages) : listText());
  return exitStatus.done;
}

function listText(): string {
  const entries = publicImages.map(
    ({ id, shows, sizeBytes, url, licence, licenceUrl }) =>
      `public:${id}\n  ${shows}\n  ${bytesText(sizeBytes)} from ${new URL(url).host}\n  ${licence}: ${licenceUrl}\n`,
  );
  return `${entries.join('\n')}\nUse one with --input NODE=public:NAME --fetch; its SHA-256 is compared.\n`;
}
