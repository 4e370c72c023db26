import type { PublicImage } from '../imaging/public-images';
import type { Diagnostic, DiagnosticPlace } from '../runtime/api/engine/diagnostics';
import type { DeviceKind, EngineDescription } from '../runtime/api/engine/engine-api';
import type { MachineFault } from './failure-reason';
import { bytesText } from './format-table';

const error = (
  code: Diagnostic['code'],
  at: DiagnosticPlace,
  message: string,
  remedy: string,
): Diagnostic => ({ severity: 'error', code, at, message, remedy });

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** Said at the end of a command that Ctrl-C or another signal stopped. */
export const cancelledText = 'Cancelled; nothing was written.\n';

/** The same of a training. */
export const trainingCancelledText =
  'Cancelled; "weft train" with --resume goes on where it stopped.\n';

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

  dicomFolder: (nodeId: string, path: string): Diagnostic =>
    error(
      'input-problem',
      { nodeId },
      `${path} is a folder of DICOM files; one image file was needed.`,
      `Convert the series to NIfTI, for example with "dcm2niix -z y ${path}", and pass --input ${nodeId}= with the file that it writes.`,
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

  nothingLearns: (path: string): Diagnostic =>
    error(
      'document',
      { path },
      'No node of this recipe learns.',
      'Add Train, or run the recipe with "weft run".',
    ),

  trainingLeft: (folder: string): Diagnostic =>
    error(
      'output',
      { path: folder },
      'An earlier training has left what it learned there.',
      'Pass --resume to go on with it, or give another folder with --out.',
    ),

  unwritable: (path: string, reason: string): Diagnostic =>
    error(
      'output',
      { path },
      `It cannot be written: ${reason}.`,
      'Make room or give another folder with --out, and run again; nothing of this run was kept.',
    ),

  overwritesInput: (at: DiagnosticPlace, path: string, what: string): Diagnostic =>
    error(
      'output',
      at,
      `The result would be written to ${path}, which is ${what}.`,
      at.nodeId === undefined
        ? 'Give another folder with --out.'
        : `Give another folder with --out, or another name where "${at.nodeId}" has one.`,
    ),

  folderTaken: (folder: string, holder: string, lockPath: string): Diagnostic =>
    error(
      'output',
      { path: folder },
      `Results are being written there by ${holder}; those of two runs would be mixed.`,
      `Wait until it has ended, or give another folder with --out. If nothing is running, delete ${lockPath}.`,
    ),

  machine: ({ reason, remedy }: MachineFault, at: DiagnosticPlace = {}): Diagnostic =>
    error('machine', at, `It could not go on: ${reason}.`, remedy),

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
