import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import { needsSharedData, sharedDataPath } from '../support/shared-data';
import { createTestHost } from '../unit/cli/test-host';

const { image } = headPhantom({
  dimensions: 3,
  spacingMm: [4, 4.5, 5],
  subject: 1,
  seed: 3,
  contrast: 't1',
});
const quickly = ['rigid-levels=[2]', 'affine-levels=[2,2]', 'field-levels=[2,2,2]'].flatMap(
  (change) => ['--set', change.replace('=', '.iterations=')],
);

describe('odd files', () => {
  needsSharedData('odd-files/manifest.json');

  it('are registered or refused with one diagnostic, and never break anything', async () => {
    const names = readdirSync(sharedDataPath('odd-files'));
    expect(names.length).toBeGreaterThan(50);
    const disk = Object.fromEntries(
      names.map((name) => [name, readFileSync(sharedDataPath(`odd-files/${name}`))]),
    );
    let registered = 0;
    for (const name of names) {
      const host = createTestHost({ disk: { ...disk, 'head.nii.gz': writeNifti(image) } });
      const status = await runCommandLine(
        [
          ...[
            'run',
            'pipelines/brain-t1-greedy.json',
            ...quickly,
            '--device',
            'cpu',
            '--out',
            'out',
          ],
          ...['--input', 'fixed=head.nii.gz', '--input', `moving=${name}`, '--json'],
        ],
        host,
      );
      const { out, error } = host.printed();
      const said = `${name}: ${error}`;
      const result = JSON.parse(out);
      const errors = result.diagnostics.filter(
        ({ severity }: { severity: string }) => severity === 'error',
      );
      if (status === 0) {
        registered += 1;
        expect(errors, said).toEqual([]);
        expect(Object.values(result.metrics).every(Number.isFinite), said).toBe(true);
      } else {
        expect(status, said).toBe(1);
        expect(errors, said).toHaveLength(1);
        expect(errors[0].at.nodeId, said).toBeDefined();
        expect(errors[0].remedy, said).not.toBe('');
      }
    }
    expect(registered).toBeGreaterThan(20);
  });
});
