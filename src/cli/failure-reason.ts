const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is a file, not a folder',
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  EEXIST: 'a file has that name',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EFBIG: 'the file would be larger than is allowed',
  EIO: 'the disk or the connection to it failed',
  EBUSY: 'another program uses it',
  ELOOP: 'its links run in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
};

/** What the machine refuses to this program whatever it asks for, and what a person can do about it. */
const machineFaults: Readonly<Record<string, MachineFault>> = {
  EMFILE: {
    reason: 'this program may open no more files',
    remedy: 'Raise the limit ("ulimit -n 1024"), or pass a smaller --threads.',
  },
  ENFILE: {
    reason: 'too many files are open on this machine',
    remedy: 'Close other programs, and run again.',
  },
  EAGAIN: {
    reason: 'the machine starts no more threads',
    remedy: 'Close other programs, raise the limit ("ulimit -u"), or pass a smaller --threads.',
  },
  ENOMEM: {
    reason: 'the machine has no memory left',
    remedy: 'Close other programs, or run on smaller images or a coarser schedule.',
  },
  ERR_WORKER_OUT_OF_MEMORY: {
    reason: 'the memory that Node may take is used up',
    remedy:
      'Run on smaller images, or let Node have more (NODE_OPTIONS=--max-old-space-size=8192).',
  },
};

/** What the machine refused, in words that complete "…: …", and what to do. */
export interface MachineFault {
  readonly reason: string;
  readonly remedy: string;
}

/** Why a file could not be read or written, in words that complete "cannot be read: …". */
export function failureReason(error: unknown): string {
  const code = String(codeOf(error) ?? '');
  const known = reasons[code] ?? machineFaults[code]?.reason;
  return known ?? (error instanceof Error ? error.message : String(error));
}

/** What is meant where the machine, not the recipe or Weft, is what failed; undefined otherwise. */
export function machineFaultOf(error: unknown): MachineFault | undefined {
  const code = codeOf(error);
  if (typeof code === 'string' && Object.hasOwn(machineFaults, code)) return machineFaults[code];
  return machineFaultIn(error instanceof Error ? error.message : String(error));
}

/** The same from a sentence: an error that comes from another thread keeps nothing else. */
export function machineFaultIn(text: string): MachineFault | undefined {
  const code = /\b(EMFILE|ENFILE|EAGAIN|ENOMEM|ERR_WORKER_OUT_OF_MEMORY)\b/.exec(text)?.[0];
  return machineFaults[code ?? ''];
}

/** A disk that is full or a folder that vanished: the machine's word, not a fault of ours. */
export function isFromSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

/** The code of an error of Node's. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
