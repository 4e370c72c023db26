import { writeNifti } from '../../imaging/nifti/write-nifti';
import type { GridPlanes } from '../api/data-kinds/define-data-kind';
import { type ComputedValue, dataKindOf } from '../api/data-kinds/index';
import type { ReadRequest, ReadResult, VolumeData } from '../api/engine/engine-api';
import type { Gzip, WriteContext } from '../api/engine/file-writers/file-writer';
import { writeFile } from '../api/engine/file-writers/index';
import { valuesOf } from '../compile/data-values';
import type { StoredInput } from './inputs/input-store';
import type { StoredResult } from './results/result-store';
import { computedValue } from './results/values-with-data';

const missing: ReadResult = { kind: 'missing', diagnostics: [] };

/** A loader's data, for the viewer or as a file. */
export async function readInput(
  input: StoredInput,
  request: ReadRequest,
  gzip: Gzip,
): Promise<ReadResult> {
  const { volume, geometry, computed } = input;
  if (request.as === 'file' && volume) {
    const bytes = writeNifti(volume, { ...(geometry && { geometry }), gzip: false });
    return { kind: 'file', bytes: await gzip(bytes, { repeats: true }) };
  }
  return readNumbers(computed, request, { geometry, gzip });
}

/**
 * What a node gave at a port, read from where the device left it, in the form that is asked for; `missing` where it has no such form.
 * @throws InternalError where the numbers of a kept result are gone
 */
export async function readResult(
  result: StoredResult,
  port: string,
  request: ReadRequest,
  gzip: Gzip,
): Promise<ReadResult> {
  const kept = result.ports[port];
  if (!kept) return missing;
  if (result.data.isLost) return missing;
  // It may be given back meanwhile.
  result.data.retain();
  const numbers = await result.data.read(valuesOf(kept)).finally(() => result.data.release());
  const { geometry } = result;
  return readNumbers(computedValue(kept, numbers), request, { geometry, gzip });
}

/** Numbers in the form that is asked for; `missing` where they have no such form. */
async function readNumbers(
  value: ComputedValue,
  request: ReadRequest,
  context: WriteContext,
): Promise<ReadResult> {
  const kind = dataKindOf(value);
  switch (request.as) {
    case 'volume': {
      const volume = kind.asVolume?.(value);
      return volume ? { kind: 'volume', volume: volumeData(volume) } : missing;
    }
    case 'transform': {
      const transform = kind.asTransform?.(value);
      if (!transform) return missing;
      const { affine, displacement } = transform;
      return {
        kind: 'transform',
        affine,
        ...(displacement ? { displacement: volumeData(displacement) } : {}),
      };
    }
    case 'table': {
      const rows = kind.asTable?.(value);
      return rows ? { kind: 'table', rows } : missing;
    }
    case 'file': {
      const { format, words } = request;
      const bytes = await writeFile(value, format, words ? { ...context, words } : context);
      return bytes ? { kind: 'file', bytes } : missing;
    }
  }
}

/** Planes one after the other, as they cross the boundary. */
function volumeData({ grid, planes, labelIds }: GridPlanes): VolumeData {
  const [first] = planes;
  const length = first?.length ?? 0;
  const values = new Float32Array(length * planes.length);
  planes.forEach((plane, index) => {
    values.set(plane, index * length);
  });
  return {
    sizeVoxels: grid.sizeVoxels,
    worldFromVoxel: grid.worldFromVoxel,
    channels: planes.length,
    values,
    ...(labelIds && { labelIds }),
  };
}
