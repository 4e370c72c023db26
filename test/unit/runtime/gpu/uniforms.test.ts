import { describe, expect, it } from 'vitest';
import { packParameters } from '../../../../src/runtime/gpu/uniforms';

const matrix = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

describe('packParameters', () => {
  it('puts a matrix on a multiple of 16 bytes and rounds the struct up to one', () => {
    const bytes = packParameters(
      { count: 'u32', world: 'matrix3x4', weight: 'f32', shift: 'i32' },
      { count: 4_000_000_000, world: matrix, weight: 0.5, shift: -3 },
    );
    const view = new DataView(bytes);
    expect(bytes.byteLength).toBe(80);
    expect(view.getUint32(0, true)).toBe(4_000_000_000);
    expect(Array.from({ length: 12 }, (_, i) => view.getFloat32(16 + 4 * i, true))).toEqual(matrix);
    expect(view.getFloat32(64, true)).toBe(0.5);
    expect(view.getInt32(68, true)).toBe(-3);
  });

  it('follows the order of the specs, not that of the values', () => {
    const bytes = packParameters({ a: 'i32', b: 'i32' }, { b: 2, a: 1 });
    expect([...new Int32Array(bytes)]).toEqual([1, 2, 0, 0]);
  });

  it.each([
    ['a missing value', { n: 'i32' }, {}],
    ['a fraction for an integer', { n: 'i32' }, { n: 1.5 }],
    ['a negative number for an unsigned one', { n: 'u32' }, { n: -1 }],
    ['an integer that does not fit', { n: 'i32' }, { n: 2 ** 31 }],
    ['a number that is not finite', { n: 'f32' }, { n: Number.NaN }],
    ['a matrix of eleven numbers', { n: 'matrix3x4' }, { n: matrix.slice(1) }],
  ] as const)('refuses %s', (_, specs, values) => {
    expect(() => packParameters(specs, values)).toThrow('Parameter "n"');
  });
});
