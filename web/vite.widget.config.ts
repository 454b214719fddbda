import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The demo page is plain files: copied as they are, stale ones removed. */
function copyDemo(): Plugin {
  return {
    name: 'copy-demo',
    closeBundle() {
      rmSync(at('./dist/demo'), { recursive: true, force: true });
      cpSync(at('./demo'), at('./dist/demo'), { recursive: true });
    },
  };
}

export default defineConfig({
  plugins: [copyDemo()],
  publicDir: false,
  build: {
    target: 'es2020',
    outDir: at('./dist'),
    // The console is built into the same folder.
    emptyOutDir: false,
    sourcemap: false,
    lib: {
      entry: at('./widget/main.ts'),
      formats: ['iife'],
      name: 'bangbanWidget',
      fileName: () => 'widget.js',
    },
  },
});
