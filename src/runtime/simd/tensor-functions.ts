/** Functions of this folder's module over tensors, in the order by which threads call them. */
export const tensorFunctionNames = [
  'convolve',
  'packFilter',
  'convolveFilter',
  'combineTensors',
  'changeTensor',
  'sumPartials',
  'sumPeriods',
  'copyBlocks',
  'largestOfWindows',
  'largestOfWindowsBack',
  'sumOfWindows',
] as const;

export type TensorFunctionName = (typeof tensorFunctionNames)[number];

/**
 * One task of a job: what is written for it depends on the task alone, and no two tasks write to one
 * place. `part` numbers the thread, which has scratch of its own; `parameters` is the address of the
 * job's numbers.
 */
export type TensorFunction = (task: number, part: number, parameters: number) => void;
