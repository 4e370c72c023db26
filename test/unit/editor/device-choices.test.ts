import { expect, test } from 'vitest';
import { deviceChoices } from '../../../src/editor/run/device-choices';

test('the devices are those that the engine names, in its order, and then what is missing', () => {
  const engine = {
    devices: [{ kind: 'cpu', name: 'CPU, 2 threads' }],
    missing: [{ kind: 'gpu', because: 'The browser has none.' }],
    threads: 2,
  } as const;
  expect(deviceChoices(engine, 'cpu')).toEqual([
    { value: 'auto', label: 'Best: CPU' },
    { value: 'cpu', label: 'CPU' },
    { value: 'gpu', label: 'GPU (none here)', disabled: true },
  ]);
  expect(deviceChoices(undefined, undefined)).toEqual([{ value: 'auto', label: 'Best device' }]);
});
