import { InternalError } from '../internal-error';
import type { KernelDefinition } from './define-kernel';
import { opRegistry } from './index';
import { loopKernels } from './loop/loop-kernels';

export type KernelRegistry = ReadonlyMap<string, KernelDefinition>;

/** Every kernel by name: those of the ops and those of loops. Devices look passes up here. */
export const kernelRegistry: KernelRegistry = collectKernels();

function collectKernels(): KernelRegistry {
  const kernels = new Map<string, KernelDefinition>();
  const all = [...loopKernels, ...[...opRegistry.values()].flatMap((op) => op.kernels)];
  for (const kernel of all as readonly KernelDefinition[]) {
    const known = kernels.get(kernel.name);
    if (known && known !== kernel) {
      throw new InternalError(`Two kernels are called "${kernel.name}".`);
    }
    kernels.set(kernel.name, kernel);
  }
  return kernels;
}
