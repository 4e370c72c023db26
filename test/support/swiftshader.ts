import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fillOnce, unpackProgramBrotli, unpackTarBrotli } from './unpack';

/** Environment variables to add to a process. */
export type Environment = Readonly<Record<string, string>>;

/** A browser that tests can start, or the reason why there is none. */
export type TestBrowser =
  | { readonly executablePath: string; readonly env: Environment; readonly carried: boolean }
  | { readonly skipped: string };

const packageFolder = resolve('node_modules/@sparticuz/chromium');

/** True where the Chromium and the software Vulkan driver that npm brings can run. */
export const hasCarriedChromium =
  process.platform === 'linux' && process.arch === 'x64' && existsSync(packageFolder);

/**
 * The variables with which a new process reaches a Vulkan driver: the software one that npm brings,
 * or the machine's own with `WEFT_TEST_GPU=native`. Empty where Dawn needs no help (macOS, Windows).
 * They must be set before the process starts, because the dynamic linker reads them only then.
 */
export function vulkanEnvironment(): Environment {
  if (!hasCarriedChromium) return {};
  const folder = unpackSwiftShader();
  // Dawn opens libvulkan.so.1, the loader, which a bare machine lacks.
  if (process.env.WEFT_TEST_GPU === 'native') return libraryPath(folder, 'last');
  return {
    ...libraryPath(folder, 'first'),
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
  };
}

/** The browser for tests: the one that npm brings, else an installed Chrome. */
export function findBrowser(): TestBrowser {
  if (hasCarriedChromium) return unpackChromium();
  const installed = installedChromePaths().find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, env: {}, carried: false };
  return {
    skipped: `no Chrome is installed, and none comes with npm for ${process.platform} ${process.arch}`,
  };
}

function unpackSwiftShader(): string {
  return fillOnce(cacheFolder('swiftshader'), (folder) => {
    unpackTarBrotli(join(packageFolder, 'bin/swiftshader.tar.br'), folder);
  });
}

function unpackChromium(): TestBrowser {
  const folder = fillOnce(cacheFolder('chromium'), (temporary) => {
    unpackProgramBrotli(join(packageFolder, 'bin/chromium.br'), join(temporary, 'chromium'));
    // Chromium looks for its drivers beside itself.
    unpackTarBrotli(join(packageFolder, 'bin/swiftshader.tar.br'), temporary);
    unpackTarBrotli(join(packageFolder, 'bin/al2023.tar.br'), temporary);
    unpackTarBrotli(join(packageFolder, 'bin/fonts.tar.br'), temporary);
  });
  const executablePath = join(folder, 'chromium');
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : carriedFonts(folder);
  const withLibraries = { ...fonts, ...libraryPath(join(folder, 'lib'), 'first') };
  let complaint = '';
  for (const env of [fonts, withLibraries]) {
    const started = spawnSync(executablePath, ['--version'], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (started.status === 0) return { executablePath, env, carried: true };
    complaint = started.error?.message ?? started.stderr.trim();
  }
  return { skipped: `the Chromium that npm brings does not start: ${complaint}` };
}

/** A font configuration for a machine without fonts; the packaged one points outside its folder. */
function carriedFonts(folder: string): Environment {
  const path = join(folder, 'weft-fonts.conf');
  if (!existsSync(path)) {
    writeFileSync(
      path,
      `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`,
    );
  }
  return { FONTCONFIG_FILE: path };
}

function cacheFolder(name: string): string {
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return resolve('node_modules/.cache/weft', `${name}-${manifest.version}`);
}

function libraryPath(folder: string, place: 'first' | 'last'): Environment {
  const present = (process.env.LD_LIBRARY_PATH ?? '')
    .split(delimiter)
    .filter((entry) => entry !== '' && entry !== folder);
  const entries = place === 'first' ? [folder, ...present] : [...present, folder];
  return { LD_LIBRARY_PATH: entries.join(delimiter) };
}

function installedChromePaths(): string[] {
  const programFiles = process.env.PROGRAMFILES ?? 'C:\\Program Files';
  return [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    join(programFiles, 'Google/Chrome/Application/chrome.exe'),
  ];
}
