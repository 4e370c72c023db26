import { centreMm } from '../../imaging/grid';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import { writeDisplacementField, writeNifti } from '../../imaging/nifti/write-nifti';
import { writeItkAffine } from '../../imaging/transforms/itk-affine';
import type { LabelVolume, Volume } from '../../imaging/volume';
import type { GridPlanes } from '../api/data-kinds/define-data-kind';
import { type ComputedValue, dataKindOf } from '../api/data-kinds/index';
import type { ReadRequest, ReadResult, VolumeData } from '../api/engine-api';
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
export function readResult(result: StoredResult, port: string, request: ReadRequest): ReadResult {
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
      const bytes = fileOf(value, result.geometry, request.format);
      return bytes ? { kind: 'file', bytes } : missing;
    }
  }
}

function fileOf(
  value: ComputedValue,
  geometry: NiftiGeometry | undefined,
  format: Extract<ReadRequest, { as: 'file' }>['format'],
): Uint8Array | undefined {
  const options = geometry ? { geometry } : {};
  switch (format) {
    case 'nifti-image':
    case 'nifti-labels': {
      const volume = volumeOf(value);
      return volume && writeNifti(volume, options);
    }
    case 'itk-affine': {
      if (value.kind !== 'transform') return undefined;
      return new TextEncoder().encode(writeItkAffine(value.affine, centreMm(value.grid)));
    }
    case 'displacement':
    case 'inverse-displacement': {
      if (value.kind !== 'transform') return undefined;
      const componentsMm =
        format === 'displacement' ? value.displacementMm : value.inverseDisplacementMm;
      return componentsMm && writeDisplacementField({ grid: value.grid, componentsMm }, options);
    }
  }
}

function volumeOf(value: ComputedValue): Volume | undefined {
  if (value.kind === 'image') return { ...value, storedType: 'float32' };
  if (value.kind !== 'labels') return undefined;
  const { kind, grid, values, present: labels } = value;
  const largest = labels[labels.length - 1] ?? 0;
  const storedType: LabelVolume['storedType'] =
    largest < 2 ** 8 ? 'uint8' : largest < 2 ** 16 ? 'uint16' : 'uint32';
  return { kind, grid, values, storedType, labels };
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
