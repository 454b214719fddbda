import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('./console'),
  base: '/console/',
  publicDir: false,
  plugins: [vue()],
  worker: { format: 'es' },
  build: {
    outDir: here('./dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // A strict content security policy of the server must not have to allow data: scripts or fonts.
    assetsInlineLimit: 0,
  },
});
