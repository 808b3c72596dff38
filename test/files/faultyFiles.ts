import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

export const faultCodes = ['EIO', 'EACCES', 'ENOSPC', 'EMFILE'] as const;
export type FaultCode = (typeof faultCodes)[number];

export interface FaultPlan {
  /** Only operations on what lies in this folder are counted. */
  readonly folder: string;
  /** The operation that fails, counted from 1; 0: none. */
  readonly at: number;
  readonly code: FaultCode;
  /** An operation that this file system has not: it fails each time. */
  readonly lacks?: string;
}

/** What was done to a file or folder, as seen from outside. */
export interface FileOperation {
  readonly name: string;
  readonly path: string;
  /** Of a rename, a link or a copy. */
  readonly to: string | null;
  /** It reached the disk within the operation. */
  readonly isFlushed: boolean;
}

let plan: FaultPlan | null = null;
let count = 0;
let trace: string[] = [];
let operations: FileOperation[] = [];
const descriptors = new Map<number, string>();

type Call = (...inputs: unknown[]) => unknown;

const placeOf = (input: unknown): string | null => {
  if (typeof input === 'number') return descriptors.get(input) ?? null;
  const named = input instanceof URL ? input.pathname : String(input);
  const [, descriptor, rest = ''] = /^\/proc\/self\/fd\/(\d+)(\/.*)?$/.exec(named) ?? [];
  const path = descriptor === undefined ? named : `${descriptors.get(Number(descriptor)) ?? ''}${rest}`;
  return plan !== null && path.startsWith(plan.folder) ? path : null;
};

/** Counts an operation. @returns the error with which it fails, if it is the one. */
const failure = (name: string, input: unknown, others: readonly unknown[] = []): Error | null => {
  const place = placeOf(input);
  if (plan === null || place === null) return null;
  count++;
  const to = ['rename', 'link', 'copyFile'].includes(name) ? String(others[0]) : null;
  const isFlushed = others.some(
    (each) => typeof each === 'object' && each !== null && 'flush' in each && each.flush === true,
  );
  operations.push({ name, path: place, to, isFlushed });
  trace.push(`${name} ${place.slice(plan.folder.length)}`);
  if (count !== plan.at && name !== plan.lacks) return null;
  const error = new Error(`${plan.code}: injected, ${name} '${place}'`);
  return Object.assign(error, { code: plan.code, syscall: name, path: place, errno: -1 });
};

const synchronous = [
  ...['openSync', 'readSync', 'writeSync', 'fsyncSync', 'readFileSync', 'writeFileSync', 'copyFileSync', 'linkSync'],
  ...['renameSync', 'mkdirSync', 'mkdtempSync', 'readdirSync', 'statSync', 'lstatSync', 'fstatSync', 'unlinkSync'],
  ...['rmdirSync', 'rmSync', 'truncateSync'],
] as const;
const promised = [
  'open',
  'readFile',
  'writeFile',
  'copyFile',
  'rename',
  'mkdir',
  'mkdtemp',
  'readdir',
  'stat',
  'lstat',
  'realpath',
  'statfs',
];
/** What streams and archives are read and written with. */
const withCallback = ['open', 'read', 'write', 'writev', 'fsync', 'stat', 'fstat', 'lstat'] as const;
const ofHandles = ['read', 'write', 'writeFile', 'sync', 'stat', 'readFile'];

const wrapHandle = (handle: object, place: string): object => {
  const methods = handle as Record<string, Call>;
  for (const name of ofHandles) {
    const original = methods[name]?.bind(handle);
    if (original === undefined) continue;
    Object.defineProperty(handle, name, {
      value: async (...inputs: unknown[]) => {
        const error = failure(name === 'sync' ? 'fsync' : name, place);
        if (error !== null) throw error;
        return original(...inputs);
      },
    });
  }
  return handle;
};

const taken = (of: Record<string, Call>, name: string): Call => {
  const found = of[name];
  if (found === undefined) throw new Error(`Node has no ${name} any more.`);
  return found;
};

const install = (): (() => void) => {
  const table = fs as unknown as Record<string, Call>;
  const promises = fs.promises as unknown as Record<string, Call>;
  const kept = (of: Record<string, Call>, names: readonly string[]): Record<string, Call> =>
    Object.fromEntries(names.map((name) => [name, taken(of, name)]));
  const saved = {
    table: kept(table, [...synchronous, ...withCallback, 'existsSync', 'closeSync', 'close']),
    promises: kept(promises, promised),
  };
  for (const name of synchronous) {
    const original = taken(saved.table, name);
    table[name] = (...inputs) => {
      const error = failure(name.replace('Sync', ''), inputs[0], inputs.slice(1));
      if (error !== null) throw error;
      const output = original(...inputs);
      const place = placeOf(inputs[0]);
      if (name === 'openSync' && place !== null) descriptors.set(output as number, place);
      return output;
    };
  }
  table['existsSync'] = (path) => failure('exists', path) === null && taken(saved.table, 'existsSync')(path);
  table['closeSync'] = (descriptor) => {
    descriptors.delete(descriptor as number);
    return taken(saved.table, 'closeSync')(descriptor);
  };
  for (const name of withCallback) {
    const original = taken(saved.table, name);
    table[name] = (...inputs) => {
      const callback = inputs.at(-1) as (error: unknown, output?: unknown) => void;
      const [file] = inputs;
      const error = failure(name, file);
      if (error !== null) {
        process.nextTick(callback, error);
        return undefined;
      }
      if (name !== 'open' || placeOf(file) === null) return original(...inputs);
      return original(...inputs.slice(0, -1), (problem: unknown, descriptor: number) => {
        const place = placeOf(file);
        if (problem === null && place !== null) descriptors.set(descriptor, place);
        callback(problem, descriptor);
      });
    };
  }
  table['close'] = (descriptor, ...inputs) => {
    descriptors.delete(descriptor as number);
    return taken(saved.table, 'close')(descriptor, ...inputs);
  };
  for (const name of promised) {
    const original = taken(saved.promises, name);
    promises[name] = async (...inputs) => {
      const error = failure(name, inputs[0], inputs.slice(1));
      if (error !== null) throw error;
      const output = await original(...inputs);
      const place = placeOf(inputs[0]);
      return name === 'open' && place !== null ? wrapHandle(output as object, place) : output;
    };
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(table, saved.table);
    Object.assign(promises, saved.promises);
    syncBuiltinESMExports();
    descriptors.clear();
  };
};

/**
 * Does the work while the file operation of this number fails. Every operation of Node's own files is seen, those of streams too; what
 * SQLite does in its native code is not.
 * @returns what was done to which file, in order, and how the work ended.
 */
export const withFault = async <T>(
  wished: FaultPlan,
  work: () => T | Promise<T>,
): Promise<{
  readonly trace: readonly string[];
  readonly operations: readonly FileOperation[];
  readonly outcome: T | null;
  readonly error: unknown;
}> => {
  const remove = install();
  onTestFinished(remove);
  [plan, count, trace, operations] = [wished, 0, [], []];
  try {
    return { outcome: await work(), error: null, trace, operations };
  } catch (error) {
    return { outcome: null, error, trace, operations };
  } finally {
    plan = null;
    remove();
  }
};
