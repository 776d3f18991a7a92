import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { evaluatedModule } from './tools/build/evaluated-module.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/**
 * Main and preload are CommonJS and keep to what Electron 25 (Node 18, Chromium 114) knows, because that is the
 * oldest runtime `tools/set-up/electron.ts` may choose. Everything is bundled: a sandboxed preload may load nothing
 * but `electron`, and the packaged app carries no node_modules for main.
 */
export default defineConfig({
  main: {
    build: {
      outDir: path('out/main'),
      target: 'node18',
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: {
        input: { index: path('src-main/index.ts') },
        // Native accelerators that ws only tries to load.
        external: ['bufferutil', 'utf-8-validate'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    plugins: [evaluatedModule(path('src-preload/names.ts'))],
    build: {
      outDir: path('out/preload'),
      target: 'node18',
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: {
        input: { index: path('src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: path('src-renderer'),
    plugins: [react()],
    build: {
      outDir: path('out/renderer'),
      target: 'chrome114',
      minify: true,
      sourcemap: true,
      // The content security policy allows files of the app only: no data: URIs, no inline script.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000, // the page is read from disk, not from a network
      rolldownOptions: { input: { index: path('src-renderer/index.html') } },
    },
  },
})
