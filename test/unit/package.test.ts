import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';

/** What `npm pack` would take, without building anything. */
const packed: readonly string[] = (
  JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    }),
  ) as [{ files: { path: string }[] }]
)[0].files.map(({ path }) => path);

/** Files that a document links to, from its own folder. */
function linksOf(document: string): string[] {
  const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)#\s]+)/g)];
  return links
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.normalize(posix.join(posix.dirname(document), target)));
}

it('the package holds what runs and its documents, not the workshop', () => {
  const folders = new Set(packed.map((path) => path.split('/')[0]));
  for (const folder of ['src', 'test', 'bench', 'scripts', 'node_modules']) {
    expect(folders).not.toContain(folder);
  }
  expect(packed).toContain('bin/weft.js');
  expect(packed).toContain('pipelines/brain-t1-greedy.json');
});

it('packed documents link to packed files only', () => {
  // The README is the repository's too, and says where its own table speaks of that.
  const documents = packed.filter((path) => path.endsWith('.md') && path !== 'README.md');
  const dead = documents.flatMap((document) =>
    linksOf(document)
      .map((target) => target.replace(/\/$/, ''))
      .filter((target) => !packed.some((path) => path === target || path.startsWith(`${target}/`)))
      .map((target) => `${document} → ${target}`),
  );
  expect(documents.length).toBeGreaterThan(30);
  expect(dead).toEqual([]);
});
