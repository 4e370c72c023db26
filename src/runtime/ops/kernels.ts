import { InternalError } from '../internal-error';
import type { Pass } from '../ir/kernel-graph';
import type { KernelDefinition } from './define-kernel';
import { opRegistry } from './index';
import { loopKernels } from './loop/loop-kernels';
import { formulaKernel } from './pointwise/formula.kernel';

export type KernelRegistry = ReadonlyMap<string, KernelDefinition>;

/** Every kernel by name: those of the ops and those of loops. Devices look passes up here. */
export const kernelRegistry: KernelRegistry = collectKernels();

/** The kernel of a pass: made from its formula, or else the one of its name; undefined where there is none. */
export function kernelOf(
  pass: Pick<Pass, 'kernel' | 'formula'>,
  kernels: KernelRegistry = kernelRegistry,
): KernelDefinition | undefined {
  return pass.formula ? formulaKernel(pass.formula, pass.kernel) : kernels.get(pass.kernel);
}

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
