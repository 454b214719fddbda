import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'happy-dom',
    include: ['widget/tests/**/*.test.ts', 'console/**/*.test.ts'],
    css: false,
    pool: 'threads',
    reporters: ['dot'],
    restoreMocks: true,
  },
});
