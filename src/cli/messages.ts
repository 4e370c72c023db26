import type { PublicImage } from '../imaging/public-images';
import type { Diagnostic, DiagnosticPlace } from '../runtime/api/engine/diagnostics';
import type { DeviceKind, EngineDescription } from '../runtime/api/engine/engine-api';
import { bytesText } from './format-table';

const error = (
  code: Diagnostic['code'],
  at: DiagnosticPlace,
  message: string,
  remedy: string,
): Diagnostic => ({ severity: 'error', code, at, message, remedy });

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** Said at the end of a command that Ctrl-C stopped. */
export const cancelledText = 'Cancelled; nothing was written.\n';

/** The wording of what only the command line can find wrong: between arguments, files and recipe. */
export const messages = {
  recipeUnreadable: (path: string, reason: string): Diagnostic =>
    error('document', { path }, `The recipe cannot be read: ${reason}.`, 'Check the path.'),

  settingOfUnknownNode: (nodeId: string, known: readonly string[]): Diagnostic =>
    error(
      'unknown-node',
      { nodeId },
      `--set names the node "${nodeId}", which the recipe does not hold.`,
      `Name one of its nodes: ${listed(known)}.`,
    ),

  settingOfUnknownParameter: (
    nodeId: string,
    parameter: string,
    known: readonly string[],
  ): Diagnostic =>
    error(
      'parameter',
      { nodeId, parameter },
      `--set names the parameter "${parameter}", which this node does not have.`,
      `Its parameters: ${listed(known)}.`,
    ),

  settingRefused: (nodeId: string, parameter: string, value: string, found: string): Diagnostic =>
    error(
      'parameter',
      { nodeId, parameter },
      `--set ${nodeId}.${parameter}=${value}: ${found}.`,
      'Give a value within the bounds; "weft nodes --json" lists them.',
    ),

  inputForNoLoader: (nodeId: string, loaders: readonly string[]): Diagnostic =>
    error(
      'unknown-node',
      { nodeId },
      `--input names "${nodeId}", which is not a loader of the recipe.`,
      `Name one of its loaders: ${listed(loaders)}.`,
    ),

  imageNotGiven: (nodeId: string): Diagnostic =>
    error(
      'input-missing',
      { nodeId },
      'Other loaders are bound by hand, and this image is not; a generated head beside your own images would say nothing.',
      `Pass --input ${nodeId}=FILE as well, or no --input at all to run on the generated pair.`,
    ),

  fileUnreadable: (nodeId: string, path: string, reason: string): Diagnostic =>
    error(
      'input-problem',
      { nodeId },
      `${path} cannot be read: ${reason}.`,
      `Check the path, or pass --input ${nodeId}=FILE.`,
    ),

  notFetched: (nodeId: string, url: string): Diagnostic =>
    error(
      'input-missing',
      { nodeId },
      `The recipe takes this from ${url}, and nothing is downloaded unasked.`,
      `Pass --fetch to agree, or --input ${nodeId}=FILE.`,
    ),

  publicNotFetched: (nodeId: string, image: PublicImage): Diagnostic =>
    error(
      'input-missing',
      { nodeId },
      `${image.title}: ${bytesText(image.sizeBytes)} from ${new URL(image.url).host}. Licence: ${image.licence}. Nothing is downloaded unasked.`,
      `Pass --fetch to agree, or --input ${nodeId}=FILE.`,
    ),

  unknownPublicImage: (nodeId: string, name: string, known: readonly string[]): Diagnostic =>
    error(
      'input-problem',
      { nodeId },
      `There is no public image "${name}".`,
      `Name one of: ${listed(known)}; "weft images" says what they show. A file of that name is ./public:${name}.`,
    ),

  fetchFailed: (nodeId: string, url: string, reason: string): Diagnostic =>
    error(
      'input-problem',
      { nodeId },
      `${url} could not be downloaded: ${reason}.`,
      `Check the address and the connection, or pass --input ${nodeId}=FILE.`,
    ),

  unwritable: (path: string, reason: string): Diagnostic =>
    error(
      'output',
      { path },
      `It cannot be written: ${reason}.`,
      'Make room or give another folder with --out, and run again; nothing of this run was kept.',
    ),

  usage: (message: string): Diagnostic =>
    error('usage', {}, message, '"weft --help" says what there is.'),

  internal: (message: string): Diagnostic =>
    error('internal', {}, message, 'This is a fault of Weft: please report it.'),

  sameFileTwice: (nodeId: string, other: string, name: string): Diagnostic =>
    error(
      'recipe',
      { nodeId },
      `This node and "${other}" both write ${name}.`,
      `Give one of them another name, for example with --set ${nodeId}.name=… or ${nodeId}.prefix=….`,
    ),

  noDevice: (
    { kind, because }: EngineDescription['missing'][number],
    others: readonly DeviceKind[],
  ): Diagnostic =>
    error(
      'device',
      { path: `--device ${kind}` },
      because,
      others.length === 0
        ? 'Leave the option out.'
        : `Leave the option out, or pass --device ${others.join(' or ')}: the result is the same.`,
    ),
};
