import { headPhantom } from '../../src/imaging/phantoms/head';
import { nodeRegistry } from '../../src/nodes/index';
import { parseDocument } from '../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { writeDocument } from '../../src/pipeline/write-document';
import { savedOutputs } from '../../src/runtime/api/engine/saved-files';
import type { Session } from '../../src/runtime/session';
import { bind, openSession } from '../support/small-session';
import type { FuzzProperty } from './fuzz-property';
import { type HostileRecipe, hostileRecipe, samplesOf } from './recipe-changes';

const slowMs = 10_000;

/**
 * Hostile recipes through the reader and the compiler: neither throws, hangs or calls a fault of the
 * recipe one of Weft's own; what is refused says why and what to do; what is read is written as it is
 * read again; and what must be refused is.
 */
export const recipes: FuzzProperty = {
  name: 'recipes',
  async run(count, seed) {
    const session = openSession({ verify: false });
    const head = headPhantom({
      dimensions: 3,
      sizeVoxels: [12, 14, 12],
      seed: 1,
      subject: 1,
      contrast: 't1',
    });
    const handles = await bind(session, { image: head.image, labels: head.labels });
    const faults: string[] = [];
    let tried = 0;
    for (const sample of samplesOf(hostileRecipe, count, seed)) {
      tried += 1;
      const fault = await faultOf(sample, session, handles).catch(String);
      if (fault !== undefined) {
        faults.push(`${sample.kind}, number ${tried} of seed ${seed}: ${fault}`);
      }
    }
    await session.destroy();
    return { tried, faults };
  },
};

async function faultOf(
  { text, mustBeRefused }: HostileRecipe,
  session: Session,
  handles: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const started = performance.now();
  const parsed = parseDocument(text);
  if (!parsed.ok) {
    const isSaid = parsed.problems.every(({ message, remedy }) => message !== '' && remedy !== '');
    return parsed.problems.length > 0 && isSaid ? undefined : 'refused without a reason';
  }
  const written = writeDocument(parsed.document);
  const again = parseDocument(written);
  if (!again.ok) return `what is written is refused: ${again.problems[0]?.message}`;
  if (writeDocument(again.document) !== written) return 'written twice it is not the same';
  savedOutputs(parsed.document, nodeRegistry);
  const { diagnostics, plan } = await session.compile({
    documentText: text,
    bindings: bindingsOf(parsed.document, handles),
    device: 'cpu',
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const internal = errors.find(({ code }) => code === 'internal');
  if (internal) return `called a fault of Weft: ${internal.message}`;
  if (diagnostics.some(({ message, remedy }) => message === '' || remedy === '')) {
    return 'a diagnostic says nothing';
  }
  if (errors.length === 0 && plan === undefined) return 'neither a plan nor an error';
  if (plan && !(plan.peakBytes >= 0 && Number.isFinite(plan.peakBytes))) {
    return `a peak of ${plan.peakBytes} bytes`;
  }
  if (mustBeRefused && errors.length === 0) return 'accepted';
  const seconds = (performance.now() - started) / 1000;
  return seconds * 1000 > slowMs ? `took ${seconds.toFixed(1)} s` : undefined;
}

function bindingsOf(
  { nodes }: PipelineDocument,
  handles: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(nodes).flatMap(([nodeId, { type }]) => {
      const handle = type.startsWith('load.') ? handles[type.slice(5)] : undefined;
      return handle === undefined ? [] : [[nodeId, handle] as const];
    }),
  );
}
