import { defineConfig } from 'vitest/config';

const minutes = 60_000;

/** GPU tests and recipes share one process, one file after the other: the machine has one device. */
const oneAtATime = { pool: 'forks', maxWorkers: 1, fileParallelism: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
          // By default one processor is left idle, which of two is half.
          maxWorkers: '100%',
          // No module has state of its own, so that files can share what they import: it takes longer than most tests.
          isolate: false,
          // Milliseconds on a quiet machine; where others compute, ten times that is no fault.
          testTimeout: minutes / 2,
          hookTimeout: minutes / 2,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.gpu.test.ts'],
          globalSetup: ['test/support/vulkan-setup.ts'],
          testTimeout: 2 * minutes,
          hookTimeout: 2 * minutes,
          ...oneAtATime,
          isolate: false,
        },
      },
      {
        test: {
          name: 'recipes',
          include: ['test/recipes/**/*.test.ts'],
          globalSetup: ['test/support/vulkan-setup.ts'],
          testTimeout: 5 * minutes,
          hookTimeout: 5 * minutes,
          ...oneAtATime,
        },
      },
    ],
  },
});
