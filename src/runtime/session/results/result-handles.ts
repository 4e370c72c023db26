/** What a handle of a result stands for: a key of the result store, and a port of the node. */
export interface ResultPlace {
  readonly key: string;
  readonly port: string;
}

const prefix = 'result:';

/** The handle under which a result is read and given back. */
export function resultHandle({ key, port }: ResultPlace): string {
  return `${prefix}${key}:${port}`;
}

/** What a handle stands for; undefined where it is none of a result. */
export function resultPlace(handle: string): ResultPlace | undefined {
  if (!handle.startsWith(prefix)) return undefined;
  const end = handle.lastIndexOf(':');
  if (end < prefix.length) return undefined;
  return { key: handle.slice(prefix.length, end), port: handle.slice(end + 1) };
}
