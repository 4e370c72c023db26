import { describe, expect, it } from 'vitest';
import { linkWgsl, locateLine } from '../../../../src/runtime/wgsl/linker';

const library = [
  { name: 'axis', source: '// An axis.\nfn axis_one() -> f32 { return 1.0; }\n' },
  { name: 'cell', source: '// uses: axis\nfn cell_one() -> f32 { return axis_one(); }\n' },
];

describe('linkWgsl', () => {
  it('emits each module once, after those that it uses', () => {
    const header = { name: 'generated header', source: 'const WORKGROUP = 64u;' };
    const kernel = {
      name: 'warp',
      source: '// uses: cell axis\nfn main() { let a = cell_one(); }\n',
    };
    expect(linkWgsl([header, kernel], library)).toMatchInlineSnapshot(`
      "// --- module: generated header
      const WORKGROUP = 64u;
      // --- module: axis
      // An axis.
      fn axis_one() -> f32 { return 1.0; }
      // --- module: cell
      // uses: axis
      fn cell_one() -> f32 { return axis_one(); }
      // --- module: warp
      // uses: cell axis
      fn main() { let a = cell_one(); }
      "
    `);
  });

  it('refuses a module that is not in the library', () => {
    const kernel = { name: 'warp', source: '// uses: cubic\nfn main() {}\n' };
    expect(() => linkWgsl([kernel], library)).toThrow('warp uses "cubic"');
  });

  it('refuses modules that use each other', () => {
    const circle = [
      { name: 'a', source: '// uses: b\n' },
      { name: 'b', source: '// uses: a\n' },
    ];
    expect(() => linkWgsl([{ name: 'k', source: '// uses: a\n' }], circle)).toThrow(
      'k → a → b → a',
    );
  });
});

describe('locateLine', () => {
  const kernel = { name: 'warp', source: '// uses: cell\n\nfn main() {}\n' };
  const code = linkWgsl([kernel], library);
  const lineOf = (text: string) => code.split('\n').findIndex((line) => line.includes(text)) + 1;

  it('names the module and the line in its own file', () => {
    expect(locateLine(code, lineOf('axis_one() -> f32'))).toEqual({ module: 'axis', line: 2 });
    expect(locateLine(code, lineOf('cell_one() -> f32'))).toEqual({ module: 'cell', line: 2 });
    expect(locateLine(code, lineOf('fn main'))).toEqual({ module: 'warp', line: 3 });
  });
});
