import { type Grid, sameGrid } from '../../imaging/grid';
import type { ValueType } from '../ir/values';

/**
 * The grids of one program, each once. Tools round headers differently, so that two files of one
 * image may lie 1e-5 mm apart: here such grids become one object. What is compared afterwards is
 * equal or is not, with no tolerance left that could add up.
 */
export class GridTable {
  readonly #grids: Grid[] = [];

  /** The first grid of the table that is the same to the tolerance of `sameGrid`, or this one. */
  grid(grid: Grid): Grid {
    const known = this.#grids.find((other) => sameGrid(other, grid));
    if (known) return known;
    this.#grids.push(grid);
    return grid;
  }

  /** The type with its grid from the table. */
  type(type: ValueType): ValueType {
    return type.kind === 'field' ? { ...type, grid: this.grid(type.grid) } : type;
  }
}
