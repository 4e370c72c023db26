import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { interruptionsOf } from '../../../src/cli/interruptions';

function open() {
  const signals = new EventEmitter();
  const told: string[] = [];
  const onInterrupt = interruptionsOf(signals, (status) => told.push(`end ${status}`));
  const as = (name: string) => (status: number) => void told.push(`${name} ${status}`);
  return { signals, told, onInterrupt, as };
}

it.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('%s is told as status %i, and ends the program the second time', (signal, status) => {
  const { signals, told, onInterrupt, as } = open();
  onInterrupt(as('first'));
  signals.emit(signal);
  signals.emit(signal);
  expect(told).toEqual([`first ${status}`, `end ${status}`]);
});

it('ends a program in which nobody listens', () => {
  const { signals, told } = open();
  signals.emit('SIGTERM');
  expect(told).toEqual(['end 143']);
});

it('tells whoever came last, until that one is done', () => {
  const { signals, told, onInterrupt, as } = open();
  onInterrupt(as('first'));
  const restore = onInterrupt(as('second'));
  restore();
  signals.emit('SIGINT');
  expect(told).toEqual(['first 130']);
});
