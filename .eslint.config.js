// Biome does the linting; ESLint only the two type-aware rules it lacks: an un-awaited GPU promise is our typical bug.
import tseslint from 'typescript-eslint'

export default tseslint.config({
  // Its types are there only where the peers are installed.
  ignores: ['bench/peers/*.peer.ts', 'src/generated/**', '**/node_modules/**'],
  files: ['src/**/*.ts', 'kernels-test/**/*.ts', 'bench/**/*.ts', 'generate/**/*.js'],
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: {
      project: ['./tsconfig.json', './src/pages/tsconfig.json', './src/pages/signing/tsconfig.json'],
      tsconfigRootDir: import.meta.dirname,
    },
  },
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/no-misused-promises': 'error' },
})
