/** Numbers of which the lowest comes out first: a binary heap. */
export class LowestFirst {
  readonly #heap: number[] = [];

  add(number: number): void {
    const heap = this.#heap;
    let place = heap.push(number) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((heap[above] as number) <= number) break;
      heap[place] = heap[above] as number;
      place = above;
    }
    heap[place] = number;
  }

  /** Takes the lowest number out; undefined where there is none. */
  take(): number | undefined {
    const heap = this.#heap;
    const lowest = heap[0];
    const last = heap.pop();
    if (lowest === undefined || last === undefined || heap.length === 0) return lowest;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      const right = heap[below + 1];
      if (right !== undefined && right < (heap[below] as number)) below += 1;
      if ((heap[below] as number) >= last) break;
      heap[place] = heap[below] as number;
      place = below;
    }
    heap[place] = last;
    return lowest;
  }
}
