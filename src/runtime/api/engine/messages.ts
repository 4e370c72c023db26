import type { Doubt, LoweringProblem } from '../nodes/lowering-problem';
import { portTraits } from '../nodes/port-traits';
import type { PortType } from '../nodes/port-values';
import type { Diagnostic, DiagnosticPlace } from './diagnostics';

/**
 * The wording of every diagnostic of the compiler and the session, as functions of typed facts.
 * Form: where; what was found; what was needed; what to do.
 */

const error = (
  code: Diagnostic['code'],
  at: DiagnosticPlace,
  message: string,
  remedy: string,
): Diagnostic => ({ severity: 'error', code, at, message, remedy });

export const messages = {
  document: (path: string, message: string, remedy: string): Diagnostic =>
    error('document', { path }, message, remedy),

  unknownNode: (nodeId: string, type: string): Diagnostic =>
    error(
      'unknown-node',
      { nodeId },
      `Node "${nodeId}" is of type "${type}", which this version of Weft does not have.`,
      'Open the recipe in the version that wrote it, or replace the node; its wires are kept.',
    ),

  nodeVersion: (nodeId: string, title: string, found: number, known: number): Diagnostic =>
    error(
      'node-version',
      { nodeId },
      `${title} ("${nodeId}") was written by a newer Weft: version ${found}, and this one knows ${known}.`,
      'Update Weft, or place the node anew.',
    ),

  unknownPort: (
    nodeId: string,
    title: string,
    port: string,
    side: 'input' | 'output',
    known: readonly string[],
  ): Diagnostic =>
    error(
      'unknown-port',
      { nodeId, port },
      `${title} ("${nodeId}") has no ${side} "${port}".`,
      `Wire one of its ${side}s: ${known.join(', ') || 'it has none'}.`,
    ),

  typeMismatch: (
    from: { readonly end: string; readonly type: PortType },
    to: {
      readonly nodeId: string;
      readonly port: string;
      readonly title: string;
      readonly type: PortType;
    },
  ): Diagnostic =>
    error(
      'type-mismatch',
      { nodeId: to.nodeId, port: to.port },
      `Port "${to.port}" of ${to.title} ("${to.nodeId}") takes ${article(to.type)}, but "${from.end}" gives ${article(from.type)}.`,
      `Wire an output that gives ${article(to.type)}.`,
    ),

  missingInput: (nodeId: string, title: string, port: string, type: PortType): Diagnostic =>
    error(
      'missing-input',
      { nodeId, port },
      `${title} ("${nodeId}") needs ${article(type)} at "${port}", and nothing is wired to it.`,
      `Wire ${article(type)} to "${nodeId}.${port}".`,
    ),

  tooManyWires: (nodeId: string, title: string, port: string, count: number): Diagnostic =>
    error(
      'too-many-wires',
      { nodeId, port },
      `${count} wires end at "${port}" of ${title} ("${nodeId}"), which takes one.`,
      'Remove all but one.',
    ),

  cycle: (nodeIds: readonly string[]): Diagnostic =>
    error(
      'cycle',
      nodeIds[0] === undefined ? {} : { nodeId: nodeIds[0] },
      `The wires run in a circle: ${nodeIds.join(' → ')} → ${nodeIds[0]}.`,
      'Remove one of these wires. What repeats belongs inside a register node.',
    ),

  parameter: (nodeId: string, title: string, parameter: string, found: string): Diagnostic =>
    error(
      'parameter',
      { nodeId, parameter },
      `Parameter "${parameter}" of ${title} ("${nodeId}"): ${found}`,
      'Give a value within the bounds, or reset it to its default.',
    ),

  inputMissing: (nodeId: string, title: string): Diagnostic =>
    error(
      'input-missing',
      { nodeId },
      `${title} ("${nodeId}") has no data yet.`,
      `Bind a NIfTI file to the loader "${nodeId}", or give it a sample or an address.`,
    ),

  leftOut: (nodeIds: readonly string[]): Diagnostic => ({
    ...error(
      'input-missing',
      nodeIds[0] === undefined ? {} : { nodeId: nodeIds[0] },
      `Left out, for want of labels or landmarks: ${nodeIds.join(', ')}.`,
      'Bind files to the loaders among them to have these measured and written too.',
    ),
    severity: 'warning',
  }),

  inputProblem: (nodeId: string, message: string, remedy: string, parameter?: string): Diagnostic =>
    error('input-problem', { nodeId, ...(parameter && { parameter }) }, message, remedy),

  inputWarning: (nodeId: string, message: string, remedy: string): Diagnostic => ({
    ...error('input-problem', { nodeId }, message, remedy),
    severity: 'warning',
  }),

  doubt: (nodeId: string, { message, remedy, port, parameter }: Doubt): Diagnostic => ({
    ...error(
      'doubtful-result',
      { nodeId, ...(port && { port }), ...(parameter && { parameter }) },
      message,
      remedy,
    ),
    severity: 'warning',
  }),

  wrongDigest: (nodeId: string, name: string): Diagnostic =>
    error(
      'input-problem',
      { nodeId, parameter: 'source' },
      `What "${name}" gave is not the file that the recipe names: its SHA-256 differs.`,
      'Check the address, or bind a file of your own to the node.',
    ),

  otherFile: (nodeId: string, name: string): Diagnostic => ({
    ...error(
      'input-problem',
      { nodeId, parameter: 'source' },
      `"${name}" is not the file that the recipe was made with: its SHA-256 differs.`,
      'Results will differ from the original ones; nothing to do if that is meant.',
    ),
    severity: 'warning',
  }),

  notBundled: (nodeId: string, name: string): Diagnostic =>
    error(
      'input-problem',
      { nodeId, parameter: 'source' },
      `No file called "${name}" came with this Weft.`,
      'Choose another one, or a file of yours.',
    ),

  /** @param constant channels that are the same everywhere, from 0, of so many */
  constantImage: (nodeId: string, constant: readonly number[], channels: number): Diagnostic => ({
    ...(channels === 1
      ? error(
          'input-problem',
          { nodeId },
          `The image at "${nodeId}" has the same value everywhere: nothing can be aligned on it.`,
          'Check that this is the right file and the right frame.',
        )
      : error(
          'input-problem',
          { nodeId },
          `Of the ${channels} channels at "${nodeId}", ${constant.join(', ')} (counted from 0) ${constant.length === 1 ? 'has' : 'have'} the same value everywhere: nothing can be aligned on ${constant.length === 1 ? 'it' : 'them'}, and what compares the image takes the mean over all channels.`,
          'Choose those that show something with Pick channel, and join them with Combine channels.',
        )),
    severity: 'warning',
  }),

  recipe: (nodeId: string, problem: LoweringProblem): Diagnostic =>
    error(
      'recipe',
      {
        nodeId,
        ...(problem.port === undefined ? {} : { port: problem.port }),
        ...(problem.parameter === undefined ? {} : { parameter: problem.parameter }),
      },
      problem.message,
      problem.remedy,
    ),

  notDifferentiable: (nodeId: string, op: string): Diagnostic =>
    error(
      'not-differentiable',
      { nodeId },
      `Node "${nodeId}" asks for a gradient through "${op}", which has none.`,
      'Use another node in its place within the optimization.',
    ),

  /** @param available bytes; undefined where the device does not say, but has run out */
  outOfMemory: (
    needed: number,
    available: number | undefined,
    largest: readonly LabelledBytes[],
    nodeId: string | undefined,
    otherDevices: readonly string[],
  ): Diagnostic =>
    error(
      'out-of-memory',
      nodeId === undefined ? {} : { nodeId },
      available === undefined
        ? `The device ran out of memory; the recipe needs ${mebibytes(needed)} there. ${largestOf(largest)}`
        : `The recipe needs ${mebibytes(needed)} on this device, which offers ${mebibytes(available)}. ${largestOf(largest)}`,
      lessMemory(otherDevices),
    ),

  muchMemory: (
    needed: number,
    likely: number,
    largest: readonly LabelledBytes[],
    nodeId: string | undefined,
    otherDevices: readonly string[],
  ): Diagnostic => ({
    ...error(
      'out-of-memory',
      nodeId === undefined ? {} : { nodeId },
      `The recipe needs ${mebibytes(needed)}. The device does not say how much it has; ${mebibytes(likely)} would be usual here. ${largestOf(largest)}`,
      `If it fails: ${lessMemory(otherDevices)}`,
    ),
    severity: 'warning',
  }),

  device: (nodeId: string | undefined, reason: string): Diagnostic =>
    error(
      'device',
      nodeId === undefined ? {} : { nodeId },
      `The device gave up: ${reason}`,
      'Run again; if it repeats, choose another device or a coarser schedule.',
    ),

  deviceMissing: (reason: string): Diagnostic =>
    error(
      'device',
      {},
      `The device that was asked for is not there. ${reason}`,
      'Choose another device, or "auto", which takes what there is.',
    ),

  notTurned: (
    turn: { readonly nodeId: string; readonly parameter: string },
    reason: string,
  ): Diagnostic => ({
    ...error(
      'parameter',
      { nodeId: turn.nodeId, parameter: turn.parameter },
      `Parameter "${turn.parameter}" of "${turn.nodeId}" was not turned: ${reason}.`,
      'The next run takes the value that the recipe has.',
    ),
    severity: 'warning',
  }),

  nonFinite: (nodeId: string, label: string, iteration: number): Diagnostic =>
    error(
      'non-finite',
      { nodeId },
      `The loss of "${nodeId}" (${label}) is not a number from iteration ${iteration + 1} on.`,
      'Lower the step size or the weights, and check that the images are normalized.',
    ),

  /** @param count numbers of the output that are not finite */
  nonFiniteResult: (nodeId: string, port: string, count: number): Diagnostic =>
    error(
      'non-finite',
      { nodeId, port },
      `What "${nodeId}" gives at "${port}" is not finite: ${count === 1 ? 'one number is' : `${count} numbers are`} infinite or not a number.`,
      'Bring the intensities into an ordinary range (Normalize intensity), and lower the step size or the weights.',
    ),

  notAllKept: (needed: number, available: number, nodeId: string | undefined): Diagnostic => ({
    ...error(
      'out-of-memory',
      nodeId === undefined ? {} : { nodeId },
      `With everything that its nodes give, the recipe would need ${mebibytes(needed)} of ${mebibytes(available)} on this device: only what is saved and measured is kept.`,
      'Save an image to keep it, or end the schedule at a coarser level.',
    ),
    severity: 'warning',
  }),

  internal: (nodeId: string | undefined, message: string): Diagnostic =>
    error(
      'internal',
      nodeId === undefined ? {} : { nodeId },
      `A fault of Weft itself: ${message}`,
      'Please report it with the recipe; nothing of your work is lost.',
    ),
};

/** A piece of memory with its name. */
interface LabelledBytes {
  readonly label: string;
  readonly bytes: number;
}

function largestOf(buffers: readonly LabelledBytes[]): string {
  return `Largest: ${buffers.map((one) => `${one.label} ${mebibytes(one.bytes)}`).join(', ')}.`;
}

function lessMemory(otherDevices: readonly string[]): string {
  const other =
    otherDevices.length === 0 ? '' : `, or run on another device (${otherDevices.join(', ')})`;
  return `End the schedule at a coarser level (last shrink 2 or 4), load smaller images${other}.`;
}

function article(type: PortType): string {
  if (portTraits(type).isPlural) return type;
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MiB`;
}
