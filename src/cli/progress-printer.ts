import type { NodeProgress, RunProgress } from '../runtime/api/engine/engine-api';
import { numberText, secondsText, wholeSecondsText } from './format-table';
import type { Terminal } from './host';

/** Shorter steps come and go too fast to be worth a line in a log. */
const loggedSeconds = 0.5;

/** A long loop has a line in a log so often. */
const loggedEveryMs = 60_000;

/** Shows how a run goes: one line that is redrawn on a terminal, a line for each event in a log. */
export class ProgressPrinter {
  readonly #terminal: Terminal;
  /** Latest losses by node, as `name value`. */
  readonly #losses = new Map<string, string>();
  readonly #levels = new Map<string, string>();
  readonly #now: () => number;
  #line = '';
  #loggedMs: number;

  /** @param now milliseconds, growing */
  constructor(terminal: Terminal, now: () => number = performance.now.bind(performance)) {
    this.#terminal = terminal;
    this.#now = now;
    this.#loggedMs = now();
  }

  update(progress: RunProgress): void {
    for (const { nodeId, names, rows } of progress.losses) {
      const last = rows.at(-1);
      if (last) this.#losses.set(nodeId, lossText(names, last));
    }
    if (this.#terminal.isInteractive) this.#redraw(progress);
    else for (const node of progress.nodes) this.#log(node, progress.secondsLeft);
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.#line !== '') this.#terminal.redraw('');
    this.#line = '';
  }

  #redraw({ nodes, secondsLeft }: RunProgress): void {
    const running = nodes.findLast(({ state }) => state === 'running');
    if (!running) return;
    const line = this.#lineOf(running, secondsLeft);
    if (line === this.#line) return;
    this.#line = line;
    this.#terminal.redraw(line);
  }

  #lineOf({ nodeId, loop }: NodeProgress, secondsLeft: number | undefined): string {
    const parts = [
      nodeId,
      ...(loop ? [loop.label, `${loop.iteration} of ${loop.maxIterations}`] : []),
      ...(loop && this.#losses.has(nodeId) ? [this.#losses.get(nodeId)] : []),
      ...(secondsLeft === undefined ? [] : [`${wholeSecondsText(secondsLeft)} left`]),
    ];
    return parts.join('  ');
  }

  #log(node: NodeProgress, secondsLeft: number | undefined): void {
    const { nodeId, state, seconds, loop } = node;
    if (loop && state === 'running' && this.#now() - this.#loggedMs >= loggedEveryMs) {
      this.#loggedMs = this.#now();
      this.#write(this.#lineOf(node, secondsLeft));
    }
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
    this.#terminal.error(`${text}\n`);
  }
}

function lossText(names: readonly string[], row: readonly number[]): string {
  return names.map((name, index) => `${name} ${numberText(row[index] ?? Number.NaN)}`).join('  ');
}
