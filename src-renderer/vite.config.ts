import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { UserConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** How the window's page is built, for the app and for the page tests alike. No inlined assets: the app's CSP has no `data:` fonts. */
export default {
  root,
  base: './',
  plugins: [vue()],
  build: {
    target: 'chrome114',
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
} satisfies UserConfig;
