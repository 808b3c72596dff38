import { basename, dirname } from 'node:path';
import { counted } from '../../../../shared/counted.ts';
import { LabError } from '../../../../shared/errors.ts';
import { zipMembers, type Contents } from '../containers.ts';
import { firstBytesOf, wholeOf } from '../fileBytes.ts';
import type { FileArray } from './arrays.ts';
import type { Format } from './format.ts';
import { setOfArrays, type ArrayHalf } from './halves.ts';
import { isNpy, readNpy } from './npy.ts';
import { roleOf, type HalfName } from './roles.ts';

/** Arrays of numpy: an .npz of several (MNIST of Keras, MedMNIST), an .npz each (KMNIST), or .npy files (CIFAR-10.1). */
export const numpy: Format = {
  name: 'arrays of numpy (.npz, .npy) named as train, test, images and labels',
  read: async (contents, context) => {
    const { arrays, files } = await arraysIn(contents, context.signal);
    if (arrays.length === 0) return null;
    const halfOf = (half: HalfName): ArrayHalf | null => {
      const find = (content: 'images' | 'labels'): FileArray | null => {
        const found = arrays.filter(({ role }) => role.half === half && role.content === content);
        if (found.length > 1)
          throw new LabError(
            'DATASET_UNSUPPORTED',
            `Several arrays are ${half === 'whole' ? '' : `${half} `}${content}: ${found.map(({ array }) => array.name).join(', ')}. Choose the files of one set.`,
          );
        return found[0]?.array ?? null;
      };
      const images = find('images');
      const labels = find('labels');
      return images !== null && labels !== null ? { images, labels } : null;
    };
    const [train, val, test, whole] = [halfOf('train'), halfOf('val'), halfOf('test'), halfOf('whole')];
    const first = train ?? whole;
    if (first === null) throw unnamed(arrays.map(({ array }) => array));
    const second = test ?? val;
    const aside =
      train !== null && test !== null && val !== null
        ? `; left aside: ${val.images.name} (${counted(val.images.shape[0] ?? 0, 'image')})`
        : '';
    const suggestedName = basename(files[0] ?? '').replace(/\.np[yz]$/, '');
    return setOfArrays(
      [first],
      second,
      {
        ...{ names: null, published: null },
        source: `Arrays of numpy from ${files
          .slice(0, 4)
          .map((file) => basename(file))
          .join(', ')}${aside}`,
        suggestedName: files.length === 1 ? suggestedName : basename(dirname(files[0] ?? '')) || suggestedName,
      },
      context,
    );
  },
};

interface Named {
  readonly array: FileArray;
  readonly role: ReturnType<typeof roleOf>;
}

const arraysIn = async ({ members }: Contents, signal: AbortSignal): Promise<{ arrays: Named[]; files: string[] }> => {
  const arrays: Named[] = [];
  const files: string[] = [];
  const add = (array: FileArray, name: string): void => void arrays.push({ array, role: roleOf(name) });
  for (const member of members) {
    const head = await firstBytesOf(member, 6, signal);
    const file = basename(member.name);
    if (isNpy(head)) {
      add(readNpy(await wholeOf(member, signal), file), file.replace(/\.npy$/, ''));
      files.push(member.name);
    } else if (head.toString('latin1', 0, 4) === 'PK\x03\x04') {
      const isNpz = /\.npz$/i.test(file);
      const inner = await zipMembers({ name: file, pieces: member.pieces }, signal, []).catch((error: unknown) => {
        if (isNpz) throw error;
        return []; // a part of an archive, or something else
      });
      if (inner.length === 0 || !(isNpz || inner.every(({ name }) => name.endsWith('.npy')))) continue; // such as a table of Excel
      for (const each of inner) {
        const key = each.name.replace(/\.npy$/, '');
        // Alone in its file, an array is called arr_0: the file's name says what it is.
        add(
          readNpy(await wholeOf(each, signal), `${file}, ${key}`),
          inner.length === 1 ? `${file.replace(/\.npz$/, '')} ${key.replace(/^arr_\d+$/, '')}` : key,
        );
      }
      files.push(member.name);
    }
  }
  return { arrays, files };
};

const unnamed = (arrays: readonly FileArray[]): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `Found the arrays ${arrays
      .slice(0, 8)
      .map(({ name, shape }) => `${name} (${shape.join(' × ')})`)
      .join('; ')}, but no images with labels among them. ` +
      'Expected names such as x_train, y_train, x_test, y_test, or train_images, train_labels, test_images, test_labels.',
  );
