import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { parseForESLint } from 'vue-eslint-parser';

/** Called for TypeScript and a component's script with a project, and without one for what stands in a template. */
const isScript = ({ projectService }) => projectService === true;

const untyped = (code, options) => tseslint.parser.parseForESLint(code, { ...options, projectService: undefined });

/** What the parser of components takes out of a file as its script. */
const scriptOf = (file) => {
  let script = '';
  const parser = {
    parseForESLint: (code, options) => {
      if (isScript(options)) script = code;
      return untyped(code, options);
    },
  };
  parseForESLint(readFileSync(file, 'utf8'), { parser, projectService: true, filePath: file, sourceType: 'module' });
  return script;
};

/** All of a folder's TypeScript and the scripts of its components in one program, made once. */
const createProgram = (folder) => {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const vueFiles = { extension: '.vue', isMixedContent: true, scriptKind: ts.ScriptKind.Deferred };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder, undefined, undefined, undefined, [vueFiles]);
  // A script that imports nothing is a module, too: what two of them call the same is not the same.
  const options = { ...parsed.options, allowNonTsExtensions: true, moduleDetection: ts.ModuleDetectionKind.Force };
  const host = ts.createCompilerHost(options, true);
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...others) =>
    file.endsWith('.vue')
      ? ts.createSourceFile(file, scriptOf(file), others[0], true, ts.ScriptKind.TS)
      : readSource(file, ...others);
  return ts.createProgram(parsed.fileNames, options, host);
};

/**
 * A parser for a folder's TypeScript and the scripts of its components. The linter's own would bind and check all that they import anew: for
 * each component, since the project as it lies on disk holds whole components, not their scripts, and for each folder of tests.
 * @param folder - with the tsconfig.json that includes the files.
 */
export const programParser = (folder) => {
  let program = null;
  return {
    ...tseslint.parser,
    parseForESLint: (code, options) => {
      if (!isScript(options)) return untyped(code, options);
      program ??= createProgram(folder);
      const isCurrent = program.getSourceFile(options.filePath)?.text === code; // in an editor it may not be
      return tseslint.parser.parseForESLint(
        code,
        isCurrent ? { ...options, projectService: undefined, programs: [program] } : options,
      );
    },
  };
};
