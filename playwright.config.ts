import { defineConfig } from '@playwright/test';
import { findBrowser } from './test/support/swiftshader';

const minutes = 60_000;
const port = Number(process.env.WEFT_TEST_PORT ?? 4319);
const address = `http://127.0.0.1:${port}/`;

const browser = findBrowser();
// Without a browser the launch fails with Playwright's own advice; the suite's runner skips it.
const found =
  'skipped' in browser ? { executablePath: undefined, env: {}, carried: false } : browser;

/**
 * An installed Chrome has the machine's own adapter; the one that npm brings has SwiftShader, which
 * also draws WebGL.
 */
const carriedFlags = ['--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--no-sandbox'];
const webGpuOn = found.carried
  ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
  : ['--enable-unsafe-webgpu'];
// As on most machines that cannot run WebGPU: navigator.gpu exists and gives no adapter.
const webGpuOff = found.carried ? [] : ['--disable-gpu', '--enable-unsafe-swiftshader'];

function launch(webGpuFlags: readonly string[]) {
  return {
    args: [...(found.carried ? carriedFlags : []), ...webGpuFlags],
    env: { ...process.env, ...found.env } as Record<string, string>,
    ...(found.executablePath === undefined ? {} : { executablePath: found.executablePath }),
  };
}

/** `name.spec.ts` runs with WebGPU on, `name.no-webgpu.spec.ts` with it switched off. */
export default defineConfig({
  testDir: 'test/browser',
  outputDir: 'test-results',
  timeout: 6 * minutes,
  expect: { timeout: 20_000 },
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list']],
  use: {
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
  },
  projects: [
    {
      name: 'webgpu',
      testMatch: '**/*.spec.ts',
      testIgnore: '**/*.no-webgpu.spec.ts',
      use: { launchOptions: launch(webGpuOn) },
    },
    {
      name: 'no-webgpu',
      testMatch: '**/*.no-webgpu.spec.ts',
      use: { launchOptions: launch(webGpuOff) },
    },
  ],
  webServer: {
    command: `npx vite preview --port ${port} --strictPort`,
    url: address,
    reuseExistingServer: process.env.CI === undefined,
    timeout: minutes,
  },
});
