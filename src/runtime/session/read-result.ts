import { writeNifti } from '../../imaging/nifti/write-nifti';
import type { GridPlanes } from '../api/data-kinds/define-data-kind';
import { dataKindOf } from '../api/data-kinds/index';
import type { ReadRequest, ReadResult, VolumeData } from '../api/engine/engine-api';
import { writeFile } from '../api/engine/file-writers/index';
import { computedValue } from './computed-results';
import type { StoredInput } from './input-store';
import type { StoredResult } from './result-store';

const missing: ReadResult = { kind: 'missing', diagnostics: [] };

/** A loader's data, for the viewer or as a file. */
export function readInput(input: StoredInput, request: ReadRequest): ReadResult {
  const { volume, geometry } = input;
  if (request.as === 'volume') {
    return { kind: 'volume', volume: volumeData({ grid: volume.grid, planes: [volume.values] }) };
  }
  if (request.as === 'file') {
    return { kind: 'file', bytes: writeNifti(volume, { geometry }) };
  }
  return missing;
}

/**
 * What a node gave at a port, in the form that is asked for; `missing` where it has no such form.
 * @throws InternalError where the numbers of a kept result are gone
 */
export async function readResult(
  result: StoredResult,
  port: string,
  request: ReadRequest,
): Promise<ReadResult> {
  const kept = result.ports[port];
  if (!kept) return missing;
  const value = computedValue(kept, result.data);
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
      const bytes = await writeFile(value, request.format, result);
      return bytes ? { kind: 'file', bytes } : missing;
    }
  }
}

/** Planes one after the other, as they cross the boundary. */
function volumeData({ grid, planes }: GridPlanes): VolumeData {
  const length = planes[0]?.length ?? 0;
  const values = new Float32Array(length * planes.length);
  planes.forEach((plane, index) => {
    values.set(plane, index * length);
  });
  return {
    sizeVoxels: grid.sizeVoxels,
    worldFromVoxel: grid.worldFromVoxel,
    channels: planes.length,
    values,
  };
}
