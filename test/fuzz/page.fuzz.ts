import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { findBrowser } from '../support/swiftshader';
import type { FuzzProperty } from './fuzz-property';
import { fuzzPage, pageInput } from './page-inputs';
import { samplesOf } from './recipe-changes';

const minutes = 60_000;

/** The built page (`npm run build:page`) in a real browser, given hostile links and files. */
export const page: FuzzProperty = {
  name: 'page',
  async run(count, seed) {
    const found = findBrowser();
    if ('skipped' in found) throw new Error(`There is no browser: ${found.skipped}.`);
    const server = await preview({ logLevel: 'error', preview: { port: 0 } });
    const browser = await chromium.launch({
      executablePath: found.executablePath,
      env: { ...process.env, ...found.env } as Record<string, string>,
      args: found.carried
        ? ['--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--no-sandbox']
        : [],
    });
    try {
      const address = server.resolvedUrls?.local[0];
      if (address === undefined) throw new Error('The server of the page has no address.');
      const opened = await browser.newPage();
      opened.setDefaultTimeout(2 * minutes);
      const faults = await fuzzPage(opened, address, samplesOf(pageInput, count, seed));
      return { tried: count, faults: faults.map((fault) => `seed ${seed}, ${fault}`) };
    } finally {
      await browser.close();
      await server.close();
    }
  },
};
