import type { RunResult } from '../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../src/runtime/device-openers';
import type { Session } from '../../src/runtime/session';
import { poolThreadStarter } from '../support/pool-threads';
import { bind, openSession, run } from '../support/small-session';
import type { FuzzProperty } from './fuzz-property';
import { randomFrom } from './random';
import { type DrawnRecipe, drawRecipe } from './random-recipe';
import { notFiniteLeft, numbersLeft } from './readable';

interface Ending {
  readonly result: RunResult;
  readonly notFinite: readonly string[];
  readonly numbers: ReadonlyMap<string, ArrayLike<number>>;
}

/** Runs a drawn recipe to its end; undefined where a volume of it cannot be opened. */
async function end(session: Session, drawn: DrawnRecipe): Promise<Ending | undefined> {
  const bindings = await bind(session, drawn.given).catch(() => undefined);
  if (!bindings) return undefined;
  const { result } = await run(session, drawn.document, bindings);
  const notFinite = await notFiniteLeft(session, result);
  const numbers = await numbersLeft(session, result);
  const handles = result.outputs.map(({ handle }) => handle);
  await session.release([...Object.values(bindings), ...handles]);
  return { result, notFinite, numbers };
}

const errorOf = ({ result }: Ending) =>
  result.diagnostics.find(({ severity }) => severity === 'error');

/** The first numbers of two endings that differ in a bit. */
function difference(a: Ending, b: Ending): string | undefined {
  if (a.result.status !== b.result.status) return `${a.result.status}, then ${b.result.status}`;
  if (errorOf(a)?.code !== errorOf(b)?.code) return `${errorOf(a)?.code}, then ${errorOf(b)?.code}`;
  // How far a run that fails had got depends on how soon it was heard.
  if (a.result.status === 'failed') return undefined;
  for (const [name, numbers] of a.numbers) {
    const others = b.numbers.get(name);
    if (others?.length !== numbers.length) return name;
    for (let i = 0; i < numbers.length; i += 1) {
      if (!Object.is(numbers[i], others[i])) return `${name}[${i}]`;
    }
  }
  return undefined;
}

/**
 * Recipes of any nodes whose wires fit, on tiny volumes: each ends in results or says at a node why
 * not, leaves nothing that is not finite, and gives the same bits again and on two threads.
 */
export const graphs: FuzzProperty = {
  name: 'any recipe ends well, finite, and the same again',
  async run(count, seed) {
    const spawnThread = await poolThreadStarter();
    const sessions = {
      once: openSession({ maxResultBytes: 0 }),
      again: openSession({ maxResultBytes: 0 }),
      'on two threads': openSession({
        maxResultBytes: 0,
        devices: deviceOpeners({ gpu: undefined, spawnThread, threads: 2 }),
      }),
    };
    const faults: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const number = seed * 1_000_003 + index;
      const drawn = drawRecipe(randomFrom(number));
      let first = await end(sessions.once, drawn);
      // What its data does not allow is taken out, node by node, until it runs.
      for (let tries = 0; first && tries < 15; tries += 1) {
        const error = errorOf(first);
        if (error?.code !== 'recipe' || !drawn.nodes[error.at.nodeId ?? '']) break;
        drawn.remove(error.at.nodeId ?? '');
        first = await end(sessions.once, drawn);
      }
      if (!first) continue;
      const fail = (what: string) => faults.push(`recipe ${number}: ${what}`);
      const { status } = first.result;
      const error = errorOf(first);
      if (status === 'failed' && !error) fail('failed without a word');
      if (error && ['internal', 'device'].includes(error.code)) fail(error.message);
      if (first.notFinite.length > 0) fail(`${status}, and ${first.notFinite} is not finite`);
      for (const [how, session] of Object.entries(sessions).slice(1)) {
        const other = await end(session, drawn);
        const differs = other ? difference(first, other) : 'cannot be opened';
        if (differs) fail(`${how}: ${differs}`);
      }
    }
    await Promise.all(Object.values(sessions).map((session) => session.destroy()));
    return { tried: count, faults };
  },
};
