import type { DataStorage, DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import type { ThreadsForTensors } from '../../devices';
import type { TensorFlow } from './library';
import { Team } from './team';
import { TensorMemory } from './tensor-memory';

type Values = Float32Array | Int32Array | Uint8Array | Uint8Array[];

/** What the CPU backend keeps of a tensor. */
interface TensorEntry {
  readonly values?: Values | undefined;
  readonly dtype: DataType;
  refCount: number;
  /** Where it lies in our memory, if it does. */
  readonly address?: number;
}

/** What is used of TensorFlow.js's CPU backend, whose package is not among ours. */
export interface CpuBackend extends KernelBackend {
  readonly data: DataStorage<TensorEntry>;
  write(values: Values, shape: number[], dtype: DataType): object;
  move(id: object, values: Values, shape: number[], dtype: DataType, refCount: number): void;
  makeTensorInfo(shape: number[], dtype: DataType, values?: Values): TensorInfo;
  disposeIntermediateTensorInfo(info: TensorInfo): void;
}

/** The CPU backend with tensors in one memory that WebAssembly and helping threads see. */
export interface TensorBackend extends CpuBackend {
  readonly team: Team;
  readonly tensorMemory: TensorMemory;
  /**
   * A float32 tensor with room in our memory and with whatever was there.
   * @throws OutOfTensorMemory
   */
  newTensor(shape: readonly number[]): { readonly info: TensorInfo; readonly address: number };
  /**
   * Where a float32 tensor lies; one that lies elsewhere is moved in.
   * @throws OutOfTensorMemory
   */
  addressOf(info: TensorInfo): number;
  /** Does work with room that is given back after. */
  withRoom<Result>(bytes: number, work: (address: number) => Result): Result;
}

export interface TensorBackendOptions {
  readonly threads?: ThreadsForTensors;
  /** The memory does not grow beyond; 4 GiB unless told. */
  readonly mostBytes?: number;
}

/**
 * Makes the backend. Values that a kernel of the CPU backend asks for are a view of our memory that
 * holds until the next kernel; what is read from outside is a copy.
 * @param cpu TensorFlow.js's CPU backend, whose class is extended
 * @throws OutOfTensorMemory
 */
export function createTensorBackend(
  tf: TensorFlow,
  cpu: KernelBackend,
  options: TensorBackendOptions = {},
): TensorBackend {
  const Base = cpu.constructor as new () => CpuBackend;
  const { threads, mostBytes } = options;
  const memory = new TensorMemory({
    shared: threads !== undefined,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });

  class WeftBackend extends Base implements TensorBackend {
    readonly tensorMemory = memory;
    readonly team = new Team(memory, threads);

    override write(values: Values, shape: number[], dtype: DataType): object {
      return super.write(ownedByNobody(values), shape, dtype);
    }

    override move(
      id: object,
      values: Values,
      shape: number[],
      dtype: DataType,
      refCount: number,
    ): void {
      super.move(id, ownedByNobody(values), shape, dtype, refCount);
    }

    override readSync(id: object): Values {
      return ownedByNobody(super.readSync(id) as Values);
    }

    override async read(id: object): Promise<Values> {
      return this.readSync(id);
    }

    override disposeData(id: object, force?: boolean): boolean {
      const address = this.data.has(id) ? this.data.get(id).address : undefined;
      const isGone = super.disposeData(id, force);
      if (isGone && address !== undefined) memory.free(address);
      return isGone;
    }

    override memory() {
      return {
        unreliable: false,
        weftHeldBytes: memory.heldBytes,
        weftReservedBytes: memory.reservedBytes,
      };
    }

    override dispose(): void {
      this.team.disband();
    }

    newTensor(shape: readonly number[]) {
      const count = tf.util.sizeFromShape([...shape]);
      const address = memory.allocate(4 * count);
      const id = super.write(new Float32Array(0), [...shape], 'float32');
      this.data.set(id, entryAt(address, count, 1));
      return { info: { dataId: id, shape: [...shape], dtype: 'float32' as const }, address };
    }

    addressOf({ dataId }: TensorInfo): number {
      const entry = this.data.get(dataId);
      if (entry.address !== undefined) return entry.address;
      const values = entry.values as Float32Array;
      const address = memory.allocate(4 * values.length);
      memory.floats(address, values.length).set(values);
      this.data.set(dataId, entryAt(address, values.length, entry.refCount));
      return address;
    }

    withRoom<Result>(bytes: number, work: (address: number) => Result): Result {
      const address = memory.allocate(bytes);
      try {
        return work(address);
      } finally {
        memory.free(address);
      }
    }
  }

  /** A kernel of the CPU backend may hand on a part of its input's values, which will be freed with the input. */
  function ownedByNobody(values: Values): Values {
    return ArrayBuffer.isView(values) && memory.owns(values) ? values.slice() : values;
  }

  function entryAt(address: number, count: number, refCount: number): TensorEntry {
    return {
      get values() {
        return memory.floats(address, count);
      },
      dtype: 'float32',
      refCount,
      address,
    };
  }

  const backend = new WeftBackend();
  backend.team.gather();
  return backend;
}
