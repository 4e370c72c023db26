/** How the program ends, for scripts. */
export const exitStatus = {
  done: 0,
  /** The recipe, the data or the machine is why; a diagnostic said what and how to mend it. */
  refused: 1,
  wrongUsage: 2,
  faultOfOurs: 3,
  /** As shells report a program that a signal ended: SIGHUP, SIGINT (Ctrl-C), SIGTERM. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
