import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { terminalOf } from '../../../src/cli/terminal';

class FakeStream extends EventEmitter {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

function open() {
  const [stdout, stderr] = [new FakeStream(), new FakeStream()];
  const ended: number[] = [];
  terminalOf(stdout, stderr, (status) => ended.push(status));
  const fail = (stream: FakeStream, code: string) =>
    stream.emit('error', Object.assign(new Error(code), { code }));
  return { stdout, stderr, ended, fail };
}

it('ends well where whoever reads has had enough', () => {
  const { stdout, stderr, ended, fail } = open();
  fail(stdout, 'EPIPE');
  expect(ended).toEqual([0]);
  expect(stderr.text).toBe('');
});

it('ends badly, and says why, where results can no longer be printed', () => {
  const { stdout, stderr, ended, fail } = open();
  fail(stdout, 'ENOSPC');
  expect(ended).toEqual([1]);
  expect(stderr.text).toContain('the disk is full');
});

it('goes on where nobody watches the progress', () => {
  const { stderr, ended, fail } = open();
  fail(stderr, 'EPIPE');
  expect(ended).toEqual([]);
});
