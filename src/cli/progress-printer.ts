import type { NodeProgress, RunProgress } from '../runtime/api/engine/engine-api';
import { printable } from './format-diagnostic';
import { numberText, secondsText, wholeSecondsText } from './format-table';
import type { Terminal } from './host';

const eraseLine = '\r\u001b[2K';

/** Shorter steps come and go too fast to be worth a line in a log. */
const loggedSeconds = 0.5;

/** Shows how a run goes: one line that is redrawn on a terminal, a line for each event in a log. */
export class ProgressPrinter {
  readonly #terminal: Terminal;
  /** Latest losses by node, as `name value`. */
  readonly #losses = new Map<string, string>();
  readonly #levels = new Map<string, string>();
  #line = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  update(progress: RunProgress): void {
    for (const { nodeId, names, rows } of progress.losses) {
      const last = rows.at(-1);
      if (last) this.#losses.set(nodeId, lossText(names, last));
    }
    if (this.#terminal.isInteractive) this.#redraw(progress);
    else for (const node of progress.nodes) this.#log(node);
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.#line !== '') this.#terminal.error(eraseLine);
    this.#line = '';
  }

  #redraw({ nodes, secondsLeft }: RunProgress): void {
    const running = nodes.findLast(({ state }) => state === 'running');
    if (!running) return;
    const { nodeId, loop } = running;
    const parts = [
      nodeId,
      ...(loop ? [loop.label, `${loop.iteration} of ${loop.maxIterations}`] : []),
      ...(loop && this.#losses.has(nodeId) ? [this.#losses.get(nodeId)] : []),
      ...(secondsLeft === undefined ? [] : [`${wholeSecondsText(secondsLeft)} left`]),
    ];
    // A line that wraps could not be erased again.
    const line = printable(parts.join('  ')).slice(0, this.#terminal.columns - 1);
    if (line === this.#line) return;
    this.#line = line;
    this.#terminal.error(`${eraseLine}${line}`);
  }

  #log({ nodeId, state, seconds, loop }: NodeProgress): void {
    if (loop && this.#levels.get(nodeId) !== loop.label) {
      this.#levels.set(nodeId, loop.label);
      this.#write(`${nodeId}: ${loop.label}`);
    }
    if (state === 'done' && seconds !== undefined && seconds >= loggedSeconds) {
      const loss = this.#losses.get(nodeId);
      this.#write(`${nodeId}: done in ${secondsText(seconds)}${loss ? `, ${loss}` : ''}`);
    }
  }

  #write(text: string): void {
    this.#terminal.error(`${printable(text)}\n`);
  }
}

function lossText(names: readonly string[], row: readonly number[]): string {
  return names.map((name, index) => `${name} ${numberText(row[index] ?? Number.NaN)}`).join('  ');
}
