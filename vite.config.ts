import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * What the page's server should send; docs/hosting.md says the same to those who host it. Without the
 * first two the page has no SharedArrayBuffer, and the CPU device runs on one thread. The others cannot
 * stand in the page itself: nobody may frame it, and take a click for a click on something else.
 */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * What the built page may load and do: a second wall behind recipes being data only. Scripts are its
 * own, and no text becomes one (src/editor/trusted-types.ts); it connects to https addresses, which are fetched only after the person agrees. Components
 * write styles into the page. The development server needs inline scripts and goes without.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  // The CPU device's kernels are WebAssembly; scripts made from text stay forbidden.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self' data:",
  "connect-src 'self' https:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

function securityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Whether a person sits before this terminal, on a machine that can show a window. */
const canOpenBrowser =
  process.stdout.isTTY === true &&
  process.env.CI === undefined &&
  (process.platform !== 'linux' ||
    process.env.DISPLAY !== undefined ||
    process.env.WAYLAND_DISPLAY !== undefined);

export default defineConfig({
  // Relative, so that the built page works from any folder of a web server.
  base: './',
  plugins: [react(), securityPolicy()],
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // TensorFlow.js is large however it is split; it loads on first need.
    chunkSizeWarningLimit: 3000,
  },
  worker: { format: 'es' },
  // The workers are entries of their own: found late, their dependencies would reload the page.
  optimizeDeps: { entries: ['index.html', 'src/worker.ts', 'src/cpu-worker.ts'] },
  server: {
    host: '127.0.0.1',
    port: 5173,
    open: canOpenBrowser,
    headers,
    watch: { ignored: ['**/dist/**', '**/out/**', '**/test-results/**', '**/test/**'] },
  },
  preview: { host: '127.0.0.1', port: 4173, headers },
});
