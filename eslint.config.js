import prettier from 'eslint-config-prettier/flat';
import boundaries from 'eslint-plugin-boundaries';
import vue from 'eslint-plugin-vue';
import { defineConfig } from 'eslint/config';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { programParser } from './eslint.vue.js';

/**
 * Who may import whom: folder → [what it is called here, folders it may import besides itself]. Everything may import `shared`.
 * Inner folders come first: the first that fits names a file.
 */
const folders = {
  shared: ['shared', []],
  'src-main/files': ['files', []],
  'src-main/processes': ['processes', []],
  'src-main/sqlite': ['sqlite', []],
  'src-main/trainer/engine': ['engine', ['files']],
  'src-main/trainer/models': ['models', ['engine']],
  'src-main/trainer/optimizers': ['optimizers', ['engine']],
  'src-main/images': ['images', []],
  'src-main/trainer/data': ['data', ['engine', 'images', 'files']],
  'src-main/trainer': ['trainer', ['engine', 'models', 'optimizers', 'data', 'files']],
  'src-main/runtimes': ['runtimes', ['files', 'processes', 'sqlite']],
  'src-main/lab/store': ['store', ['files', 'datasets', 'sqlite']],
  'src-main/lab/datasets': ['datasets', ['images', 'files']],
  'src-main/lab/statistics': ['statistics', []],
  'src-main/lab/export': ['export', ['statistics']],
  // Of the trainer only the models' descriptions, which compute nothing: the lab counts their work.
  'src-main/lab': ['lab', ['store', 'datasets', 'statistics', 'export', 'runtimes', 'models', 'files', 'processes']],
  'src-main/page': ['page', []],
  'src-main/web': ['web', ['lab', 'datasets', 'page', 'files']],
  'src-main/cli': ['cli', ['lab', 'datasets', 'runtimes', 'files', 'processes', 'web']],
  'src-main/main': ['main', ['page', 'files', 'processes']],
  'src-main/preload': ['preload', []],
  'src-renderer': ['renderer', []],
};
const types = Object.values(folders).map(([type]) => type);

/** Packages that only these folders may import. */
const packages = {
  'better-sqlite3': ['sqlite'],
  electron: ['main', 'preload'],
  sharp: ['images'],
  // TensorFlow's binding is compiled and loaded by its file's name.
  '@tensorflow/tfjs-node-gpu': [],
};

/** What runs in the window or opens it is one program, all else another; each is made once for the linter. */
const windowParser = programParser(join(import.meta.dirname, 'src-renderer'));
const parser = programParser(import.meta.dirname);

export default defineConfig(
  // The WebAssembly engine's kernels are AssemblyScript: their own compiler checks them.
  { ignores: ['out/', 'dist/', 'test-results/', 'src-main/trainer/engine/wasm/kernels/'] },
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/dot-notation': 'off',
      // An async function without await keeps a promise's contract: it rejects where it would throw.
      '@typescript-eslint/require-await': 'off',
      // Interfaces here are implemented by object literals without `this`; taking their functions out is how they are used.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // There are no enums, and what is no instance of a class is seldom taken for one: to look takes a fifth of the linter's time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: it is the same in every file that imports it.',
        },
      ],
      eqeqeq: 'error',
    },
  },
  { files: ['{src-renderer,test/page,test/app}/**/*.ts'], languageOptions: { parser: windowParser } },
  {
    files: ['**/*.vue'],
    extends: [vue.configs['flat/recommended']],
    languageOptions: {
      parserOptions: {
        parser: windowParser,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/no-v-html': 'error',
    },
  },
  {
    files: ['src-renderer/**'],
    ignores: ['src-renderer/components/ButtonPanel.vue'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'naive-ui',
              importNames: ['NDropdown', 'NPopconfirm', 'NPopover', 'NPopselect'],
              message: 'They leave the keyboard behind: ButtonPanel, ActionMenu or ConfirmPanel.',
            },
          ],
        },
      ],
    },
  },
  { files: ['**/*.config.ts', '**/*.vue', '**/*.d.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'error' } },
  {
    files: ['shared/**', 'src-main/**', 'src-renderer/**'],
    ignores: ['**/*.config.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': Object.entries(folders).map(([pattern, [type]]) => ({
        type,
        pattern,
        partialMatch: false,
      })),
      'boundaries/elements-single-match': true,
      'import/resolver': { typescript: true },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies: [
            { allow: { to: { element: { type: 'shared' } } } },
            ...Object.values(folders).map(([type, others]) => ({
              from: { element: { type } },
              allow: { to: { element: { types: { anyOf: [type, ...others] } } } },
            })),
            { allow: { to: { module: { origin: ['external', 'core'] } } } },
            ...Object.entries(packages).map(([source, allowed]) => ({
              from: { element: { types: { anyOf: types.filter((type) => !allowed.includes(type)) } } },
              disallow: { to: { module: { origin: 'external', source } } },
            })),
            {
              from: { element: { types: { anyOf: ['shared', 'renderer'] } } },
              disallow: { to: { module: { origin: 'core' } } },
            },
          ],
        },
      ],
      'boundaries/no-unknown-files': 'error',
    },
  },
  {
    files: ['src-main/**'],
    ignores: ['src-main/files/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:fs', 'node:fs/promises'].map((name) => ({
            name,
            importNames: ['rm', 'rmSync', 'unlink', 'unlinkSync', 'rmdir', 'rmdirSync'],
            message: 'Only src-main/files deletes: remove() or trashIn().',
          })),
        },
      ],
    },
  },
  prettier,
);
