/**
 * Why what an address led on to is not taken, in words that complete "it leads on to …"; undefined where
 * it is. Whoever agreed to a download agreed to one host, and others must not change what arrives.
 * @param reached where the answer came from; empty where that is not known to differ
 */
export function whyNotFollowed(asked: string, reached: string): string | undefined {
  if (reached === '') return undefined;
  if (!reached.startsWith('https://')) return `${reached}, which is not https`;
  const { host } = new URL(asked);
  return new URL(reached).host === host ? undefined : `${reached}, which is not on ${host}`;
}
