import type { Device } from '../../devices';
import { NetworkProblem } from '../network-problem';

/** Tensors on the CPU lie in one memory of WebAssembly's. */
const mostBytesOnCpu = 2 ** 32;

/** @throws NetworkProblem where a step of training would not fit the device */
export function requireMemory({ kind, limits }: Device, bytes: number): void {
  const told = limits.maxTotalBytes ?? limits.likelyTotalBytes ?? Number.POSITIVE_INFINITY;
  const available = kind === 'cpu' ? Math.min(told, mostBytesOnCpu) : told;
  if (bytes <= available) return;
  const mib = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  throw new NetworkProblem(
    `A step of training would need ${mib(bytes)} of ${mib(available)} on this device.`,
    'Give the network fewer channels, or show it smaller pairs.',
  );
}
