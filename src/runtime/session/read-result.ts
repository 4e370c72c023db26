import type { Matrix3x4, MovingWorldFromFixedWorld } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import { centreMm } from '../../imaging/grid';
import type { NiftiGeometry } from '../../imaging/nifti/header';
import { writeDisplacementField, writeNifti } from '../../imaging/nifti/write-nifti';
import { writeItkAffine } from '../../imaging/transforms/itk-affine';
import type { LabelVolume, Volume } from '../../imaging/volume';
import type { ReadRequest, ReadResult, VolumeData } from '../api/engine-api';
import type { TransformValue } from '../api/port-values';
import type { DataValue } from '../compile/data-values';
import type { ValueId } from '../ir/values';
import type { StoredInput } from './input-store';
import type { StoredResult } from './result-store';

const missing: ReadResult = { kind: 'missing', diagnostics: [] };

/** A loader's data, for the viewer or as a file. */
export function readInput(input: StoredInput, request: ReadRequest): ReadResult {
  const { volume, geometry } = input;
  if (request.as === 'volume') {
    return { kind: 'volume', volume: volumeData(volume.grid, [volume.values]) };
  }
  if (request.as === 'file') {
    return { kind: 'file', bytes: writeNifti(volume, { geometry }) };
  }
  return missing;
}

/** What a node gave at a port, in the form that is asked for. */
export function readResult(result: StoredResult, port: string, request: ReadRequest): ReadResult {
  const value = result.ports[port];
  if (!value) return missing;
  const planes = (id: ValueId): readonly Float32Array[] => result.data.get(id) ?? [];
  if (request.as === 'table') {
    if (value.kind !== 'table') return missing;
    const rows = value.rows.map(({ name, scalars, index }) => ({
      name,
      value: planes(scalars)[0]?.[index] ?? Number.NaN,
    }));
    return { kind: 'table', rows };
  }
  if (request.as === 'volume') {
    if (value.kind === 'image')
      return { kind: 'volume', volume: volumeData(value.grid, planes(value.image)) };
    if (value.kind === 'labels')
      return { kind: 'volume', volume: volumeData(value.grid, planes(value.labels)) };
    return missing;
  }
  if (request.as === 'transform') {
    if (value.kind !== 'transform') return missing;
    return {
      kind: 'transform',
      affine: affineOf(value, planes),
      ...(value.displacement === undefined
        ? {}
        : { displacement: volumeData(value.grid, planes(value.displacement)) }),
    };
  }
  const bytes = fileOf(value, planes, result.geometry, request.format);
  return bytes ? { kind: 'file', bytes } : missing;
}

function fileOf(
  value: DataValue,
  planes: (id: ValueId) => readonly Float32Array[],
  geometry: NiftiGeometry | undefined,
  format: Extract<ReadRequest, { as: 'file' }>['format'],
): Uint8Array | undefined {
  const options = geometry ? { geometry } : {};
  switch (format) {
    case 'nifti-image':
    case 'nifti-labels': {
      const volume = volumeOf(value, planes);
      return volume && writeNifti(volume, options);
    }
    case 'itk-affine': {
      if (value.kind !== 'transform') return undefined;
      const affine = affineOf(value, planes) as MovingWorldFromFixedWorld;
      return new TextEncoder().encode(writeItkAffine(affine, centreMm(value.grid)));
    }
    case 'displacement':
    case 'inverse-displacement': {
      if (value.kind !== 'transform') return undefined;
      const id = format === 'displacement' ? value.displacement : value.inverseDisplacement;
      const [x, y, z] = id === undefined ? [] : planes(id);
      if (!x || !y || !z) return undefined;
      return writeDisplacementField({ grid: value.grid, componentsMm: [x, y, z] }, options);
    }
  }
}

function volumeOf(
  value: DataValue,
  planes: (id: ValueId) => readonly Float32Array[],
): Volume | undefined {
  if (value.kind === 'image') {
    const values = planes(value.image)[0];
    return values && { kind: 'image', grid: value.grid, values, storedType: 'float32' };
  }
  if (value.kind !== 'labels') return undefined;
  const values = planes(value.labels)[0];
  const largest = value.present[value.present.length - 1] ?? 0;
  const storedType: LabelVolume['storedType'] =
    largest < 2 ** 8 ? 'uint8' : largest < 2 ** 16 ? 'uint16' : 'uint32';
  return values && { kind: 'labels', grid: value.grid, values, storedType, labels: value.present };
}

function affineOf(
  value: TransformValue,
  planes: (id: ValueId) => readonly Float32Array[],
): Matrix3x4 {
  return [...(planes(value.affine)[0] ?? [])] as unknown as Matrix3x4;
}

/** Planes one after the other, as they cross the boundary. */
function volumeData(grid: Grid, planes: readonly Float32Array[]): VolumeData {
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
