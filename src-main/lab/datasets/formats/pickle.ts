import { LabError } from '../../../../shared/errors.ts';
import type { FileArray } from './arrays.ts';

/** What a pickle may hold here: plain data, and arrays of numpy. */
export type Pickled = string | number | boolean | null | Buffer | FileArray | Pickled[] | Map<string, Pickled> | Marker;

/** Something that Python would call; here it only stands for itself. */
class Marker {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** An array whose content comes after it, and the type of its numbers. */
class Growing {
  array: FileArray | null = null;
}
class NumberType {
  readonly type: string;
  isLittleEndian = true;
  constructor(type: string) {
    this.type = type;
  }
}

type Value = Pickled | Growing | NumberType | typeof mark;
const mark = Symbol('mark');

export const isPickle = (head: Buffer): boolean => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5;

/** What Python may be told to call when it reads an array. Nothing is ever called here: these names alone have a meaning. */
const known = new Set([
  'numpy.core.multiarray _reconstruct',
  'numpy._core.multiarray _reconstruct',
  'numpy ndarray',
  'numpy dtype',
  'numpy.core.numeric _frombuffer',
  'numpy._core.numeric _frombuffer',
  '_codecs encode',
]);

/**
 * Reads a pickle of plain data and numpy arrays, as CIFAR's Python version is. It is a list of instructions for a machine with a stack; those that
 * would import or call anything but numpy's arrays are refused, and even these are only read, never run.
 * @throws LabError DATASET_UNSUPPORTED for any other instruction, DATASET_CORRUPT where it is cut off.
 * @see https://docs.python.org/3/library/pickletools.html
 */
export const readPickle = (bytes: Buffer, name: string): Pickled => {
  const machine = new Machine(bytes, name);
  try {
    return machine.run();
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(
      'DATASET_CORRUPT',
      `${name} is no whole pickle of Python; it is damaged or was cut off: download it again.`,
      { cause: error },
    );
  }
};

class Machine {
  readonly #bytes: Buffer;
  readonly #name: string;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(bytes: Buffer, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  run(): Pickled {
    for (;;) {
      const code = String.fromCharCode(this.#byte());
      if (code === '.') return plain(this.#pop());
      this.#step(code);
    }
  }

  #step(code: string): void {
    switch (code) {
      case '\x80':
        return void this.#byte();
      case '\x95':
        return void this.#take(8); // a frame's length
      case '(':
        return this.#push(mark);
      case '}':
        return this.#push(new Map());
      case ']':
      case ')':
        return this.#push([]);
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'J':
        return this.#push(this.#take(4).readInt32LE());
      case 'K':
        return this.#push(this.#byte());
      case 'M':
        return this.#push(this.#take(2).readUInt16LE());
      case '\x8a':
        return this.#push(signed(this.#take(this.#byte())));
      case 'G':
        return this.#push(this.#take(8).readDoubleBE());
      case 'U': // Python 2's texts are bytes; those of arrays' contents have to stay so
      case 'C':
        return this.#push(Buffer.from(this.#take(this.#byte())));
      case 'T':
      case 'B':
        return this.#push(this.#take(this.#take(4).readUInt32LE()));
      case '\x8e':
      case '\x96':
        return this.#push(this.#take(Number(this.#take(8).readBigUInt64LE())));
      case '\x8c':
        return this.#push(this.#take(this.#byte()).toString('utf8'));
      case 'X':
        return this.#push(this.#take(this.#take(4).readUInt32LE()).toString('utf8'));
      case 'q':
        return void this.#memo.set(this.#byte(), this.#top());
      case 'r':
        return void this.#memo.set(this.#take(4).readUInt32LE(), this.#top());
      case '\x94':
        return void this.#memo.set(this.#memo.size, this.#top());
      case 'h':
        return this.#push(this.#recalled(this.#byte()));
      case 'j':
        return this.#push(this.#recalled(this.#take(4).readUInt32LE()));
      case 't':
        return this.#push(this.#sinceMark().map(kept));
      case '\x85':
        return this.#push(this.#stack.splice(-1).map(kept));
      case '\x86':
        return this.#push(this.#stack.splice(-2).map(kept));
      case '\x87':
        return this.#push(this.#stack.splice(-3).map(kept));
      case 'a':
        return this.#extend([this.#pop()]);
      case 'e':
        return this.#extend(this.#sinceMark());
      case 's':
        return this.#assign(this.#stack.splice(-2));
      case 'u':
        return this.#assign(this.#sinceMark());
      case 'c':
        return this.#push(this.#marker(`${this.#line()} ${this.#line()}`));
      case '\x93': {
        const [module, member] = this.#stack.splice(-2);
        return this.#push(this.#marker(`${textOf(module)} ${textOf(member)}`));
      }
      case 'R': {
        const inputs = this.#pop();
        return this.#push(this.#made(this.#pop(), Array.isArray(inputs) ? inputs : []));
      }
      case 'b':
        return this.#fill(this.#pop());
      default:
        throw this.#refused(`the instruction ${JSON.stringify(code)}`);
    }
  }

  #refused(found: string): LabError {
    return new LabError(
      'DATASET_UNSUPPORTED',
      `${this.#name} is a pickle of Python with ${found}, which could run a program; the lab reads plain data and numpy arrays only. Write its arrays to an .npz, as with numpy.savez.`,
    );
  }

  #marker(name: string): Marker {
    if (!known.has(name)) throw this.#refused(`“${name.replace(' ', '.').slice(0, 80)}”`);
    return new Marker(name);
  }

  /** What the call stands for. */
  #made(called: Value, inputs: readonly Value[]): Value {
    const name = called instanceof Marker ? called.name : '';
    if (name.endsWith('_reconstruct')) return new Growing();
    if (name === 'numpy dtype') return new NumberType(textOf(inputs[0]));
    if (name.endsWith('_frombuffer')) {
      const [content, type, shape, order] = inputs;
      if (!Buffer.isBuffer(content) || !(type instanceof NumberType) || !Array.isArray(shape))
        throw this.#refused('something else than an array of numbers');
      return {
        ...{ name: this.#name, shape: shape.map(Number), type: type.type, isLittleEndian: type.isLittleEndian },
        ...{ isColumnMajor: textOf(order) === 'F', bytes: content },
      };
    }
    // Python 3 writes bytes as a text of Latin-1 for Python 2.
    if (name === '_codecs encode' && textOf(inputs[1]) === 'latin1') return Buffer.from(textOf(inputs[0]), 'latin1');
    throw this.#refused(`a call of “${name}”`);
  }

  /** The state of what was made: of an array its version, shape, type, order and bytes; of a type its version and byte order. */
  #fill(state: Value): void {
    const parts: readonly Value[] = Array.isArray(state) ? state : [];
    const made = this.#top();
    if (made instanceof NumberType) {
      made.isLittleEndian = textOf(parts[1]) !== '>';
      return;
    }
    const [, shape, type, isColumnMajor, content] = parts;
    if (
      !(made instanceof Growing) ||
      !Array.isArray(shape) ||
      !(type instanceof NumberType) ||
      !Buffer.isBuffer(content)
    )
      throw this.#refused('something else than an array of numbers');
    made.array = {
      ...{ name: this.#name, shape: shape.map(Number), type: type.type, isLittleEndian: type.isLittleEndian },
      ...{ isColumnMajor: isColumnMajor === true, bytes: content },
    };
  }

  #extend(values: readonly Value[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new Error('no list to append to');
    for (const value of values) list.push(kept(value));
  }

  #assign(pairs: readonly Value[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) throw new Error('no dictionary to put into');
    for (let at = 0; at + 1 < pairs.length; at += 2) map.set(textOf(pairs[at]), kept(pairs[at + 1] ?? null));
  }

  #recalled(place: number): Value {
    const value = this.#memo.get(place);
    if (value === undefined) throw new Error('nothing was kept there');
    return value;
  }

  #sinceMark(): Value[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw new Error('no mark');
    return this.#stack.splice(at).slice(1);
  }

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined) throw new Error('an empty stack');
    return value;
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    if (value === undefined) throw new Error('an empty stack');
    return value;
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new Error('cut off');
    return this.#bytes.subarray(this.#at, (this.#at += count));
  }

  #byte(): number {
    return this.#take(1).readUInt8();
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new Error('cut off');
    const line = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return line;
  }
}

const signed = (bytes: Buffer): number =>
  bytes.length === 0 ? 0 : bytes.length <= 6 ? bytes.readIntLE(0, bytes.length) : NaN;
const textOf = (value: Value | undefined): string =>
  Buffer.isBuffer(value) ? value.toString('latin1') : typeof value === 'string' ? value : '';

/** Containers hold arrays and types before they are filled; they are looked at when all is read. */
const kept = (value: Value): Pickled => value as Pickled;

const plain = (value: Value): Pickled => {
  if (value instanceof Growing) {
    if (value.array === null) throw new Error('an array without content');
    return value.array;
  }
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, plain(inner)]));
  if (Array.isArray(value)) return value.map(plain);
  if (value === mark || value instanceof NumberType) return null;
  return value;
};
