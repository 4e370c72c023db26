/** How the program ends, for scripts. */
export const exitStatus = {
  done: 0,
  /** The recipe or the data is wrong; a diagnostic said what and how to mend it. */
  refused: 1,
  wrongUsage: 2,
  faultOfOurs: 3,
  /** As shells report a program that Ctrl-C ended. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
