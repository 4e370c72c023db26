import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { terminalOf } from '../../../src/cli/terminal';

class FakeStream extends EventEmitter {
  text = '';
  isTTY = true;
  columns = 20;
  write(text: string): void {
    this.text += text;
  }
}

function open() {
  const [stdout, stderr] = [new FakeStream(), new FakeStream()];
  const ended: number[] = [];
  const terminal = terminalOf(stdout, stderr, (status) => ended.push(status));
  const fail = (stream: FakeStream, code: string) =>
    stream.emit('error', Object.assign(new Error(code), { code }));
  return { terminal, stdout, stderr, ended, fail };
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

describe('what is printed', () => {
  const escapeCharacter = String.fromCharCode(27);

  it.each([
    ['an escape sequence', `${escapeCharacter}[31mred`, '\\u001b[31mred'],
    ['a carriage return', 'done\rfail', 'done\\u000dfail'],
    ['a control character above ASCII', 'a\u009b2Jb', 'a\\u009b2Jb'],
    ['a mark that turns the direction', 'gnp\u202e.exe', 'gnp\\u202e.exe'],
    ['an isolate', 'a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['an invisible tag', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
    ['words of all scripts and line ends', 'γ ش 😀\n', 'γ ش 😀\n'],
  ])('shows %s', (_, text, shown) => {
    const { terminal, stdout, stderr } = open();
    terminal.out(text);
    terminal.error(text);
    expect([stdout.text, stderr.text]).toEqual([shown, shown]);
  });

  it('means the same as JSON', () => {
    const { terminal, stdout } = open();
    const value = { 'na\u202eme': `${escapeCharacter}[2J \u2066 \u007f` };
    terminal.out(JSON.stringify(value));
    expect(stdout.text).not.toMatch(/[\u202e\u2066\u007f]/);
    expect(JSON.parse(stdout.text)).toEqual(value);
  });

  it('is one line that never wraps where it is redrawn', () => {
    const { terminal, stderr } = open();
    terminal.redraw(`${escapeCharacter}[31m level 1 of 2 of a long name`);
    expect(stderr.text).toBe(`\r${escapeCharacter}[2K\\u001b[31m level 1 `);
    terminal.redraw('');
    expect(stderr.text.endsWith(`\r${escapeCharacter}[2K`)).toBe(true);
  });
});
