import { join } from 'node:path';
import { brokenFiles, inTemporaryFolder, shortRun, startWeft } from './built-program';
import type { FuzzProperty } from './fuzz-property';
import { seededChoices } from './seeded-choices';

/** Of two runs into one folder each is refused or gives a result; the manifest says what lies there. */
export const twoRunsMeet: FuzzProperty = {
  name: 'two runs into one folder',
  async run(count, seed) {
    const faults: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const { below } = seededChoices(seed * 1_000_003 + i);
      const fault = await inTemporaryFolder((folder) => faultOf(folder, below(400)));
      if (fault !== undefined) faults.push(`seed ${seed}, input ${i}: ${fault}`);
    }
    return { tried: count, faults };
  },
};

async function faultOf(folder: string, laterMs: number): Promise<string | undefined> {
  const first = startWeft(shortRun('out', 1), folder).ended;
  await new Promise((go) => setTimeout(go, laterMs));
  const second = startWeft(shortRun('out', 2), folder).ended;
  const ends = await Promise.all([first, second]);
  const refused = ends.filter(({ status }) => status !== 0);
  const other = refused.find(({ error }) => !error.includes('Results are being written there by'));
  if (other !== undefined) return `exit ${other.status}: ${other.error}`;
  if (refused.length === 2) return 'both were refused';
  const broken = brokenFiles(join(folder, 'out'));
  if (broken === undefined) return 'exit 0 without a manifest';
  return broken.length > 0 ? `the manifest lies about ${broken}` : undefined;
}
