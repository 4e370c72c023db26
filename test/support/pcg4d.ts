const mask = 2n ** 32n - 1n;

/** pcg4d (Jarzynski, Olano 2020) in whole numbers of any length: shares no code with what it checks. */
export function pcg4d(key: readonly [number, number, number, number]): readonly number[] {
  let [x = 0n, y = 0n, z = 0n, w = 0n] = key.map(
    (one) => (BigInt(one) * 1664525n + 1013904223n) & mask,
  );
  const mix = () => {
    x = (x + y * w) & mask;
    y = (y + z * x) & mask;
    z = (z + x * y) & mask;
    w = (w + y * z) & mask;
  };
  mix();
  [x, y, z, w] = [x, y, z, w].map((one) => one ^ (one >> 16n)) as [bigint, bigint, bigint, bigint];
  mix();
  return [x, y, z, w].map(Number);
}
