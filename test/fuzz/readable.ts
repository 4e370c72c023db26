import { dataKinds } from '../../src/runtime/api/data-kinds/index';
import type { RunResult } from '../../src/runtime/api/engine/engine-api';
import type { Session } from '../../src/runtime/session';

/** Numbers of everything that a run left, by `node.port`, and of its metrics. */
export async function numbersLeft(
  session: Session,
  { outputs, metrics }: RunResult,
): Promise<ReadonlyMap<string, ArrayLike<number> & Iterable<number>>> {
  const numbers = new Map<string, ArrayLike<number> & Iterable<number>>();
  for (const { nodeId, port, kind, handle } of outputs) {
    const name = `${nodeId}.${port}`;
    const { asTransform, asVolume } = dataKinds[kind];
    const as = asTransform ? 'transform' : asVolume ? 'volume' : 'table';
    const read = await session.read({ handle, as });
    if (read.kind === 'volume') numbers.set(name, read.volume.values);
    else if (read.kind === 'table') {
      numbers.set(
        name,
        read.rows.map(({ value }) => value),
      );
    } else if (read.kind === 'transform') {
      numbers.set(`${name}.affine`, read.affine);
      if (read.displacement) numbers.set(`${name}.displacement`, read.displacement.values);
    } else numbers.set(name, [Number.NaN]);
  }
  numbers.set('metrics', Object.values(metrics));
  return numbers;
}

/** Names of what is not finite among them; what could not be read counts as such. */
export async function notFiniteLeft(session: Session, result: RunResult): Promise<string[]> {
  const bad: string[] = [];
  for (const [name, numbers] of await numbersLeft(session, result)) {
    for (const number of numbers) {
      if (Number.isFinite(number)) continue;
      bad.push(name);
      break;
    }
  }
  return bad;
}
