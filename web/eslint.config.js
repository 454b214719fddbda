import js from '@eslint/js';
import vue from 'eslint-plugin-vue';
import a11y from 'eslint-plugin-vuejs-accessibility';
import tseslint from 'typescript-eslint';

const browser = {
  window: 'readonly', document: 'readonly', navigator: 'readonly', location: 'readonly', console: 'readonly',
  localStorage: 'readonly', sessionStorage: 'readonly', fetch: 'readonly', WebSocket: 'readonly',
  setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly',
  requestAnimationFrame: 'readonly', URL: 'readonly',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**'] },
  { languageOptions: { globals: browser } },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'].map((config) => ({ ...config, files: ['console/**/*.vue'] })),
  ...a11y.configs['flat/recommended'].map((config) => ({ ...config, files: ['console/**/*.vue'] })),
  {
    files: ['console/**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    // The compiler knows the globals and types of TypeScript files better.
    files: ['**/*.ts', '**/*.vue'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['widget/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.widget.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['widget/**/*.ts', 'console/**/*.{ts,vue}'],
    rules: {
      'eqeqeq': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text goes in as textContent.' },
        { property: 'outerHTML', message: 'Text goes in as textContent.' },
        { property: 'insertAdjacentHTML', message: 'Text goes in as textContent.' },
      ],
      'max-lines': ['error', 400],
    },
  },
);
