import { basename } from 'node:path';
import { LabError } from '../../../../shared/errors.ts';
import { firstBytesOf, wholeOf } from '../fileBytes.ts';
import { damagedArray } from './arrays.ts';
import type { Format } from './format.ts';
import { setOfArrays, type ArrayHalf } from './halves.ts';
import { isMat, readMat } from './mat.ts';

/**
 * SVHN's cropped digits: train_32x32.mat and test_32x32.mat with X, height × width × channels × examples, and y from 1 to 10, where 10 is the
 * digit 0. extra_32x32.mat is left aside.
 * @see http://ufldl.stanford.edu/housenumbers/
 */
export const svhn: Format = {
  name: 'SVHN (train_32x32.mat and test_32x32.mat)',
  read: async ({ members }, context) => {
    const fileOf = (half: string) => members.find(({ name }) => basename(name) === `${half}_32x32.mat`);
    const [train, test, extra] = [fileOf('train'), fileOf('test'), fileOf('extra')];
    const some = train ?? test;
    if (some === undefined || !isMat(await firstBytesOf(some, 16, context.signal))) return null;
    if (train === undefined || test === undefined)
      throw new LabError(
        'DATASET_CORRUPT',
        `${train === undefined ? 'train' : 'test'}_32x32.mat is missing, which SVHN has. Choose both files, or the folder that they lie in.`,
      );
    const halfOf = async (file: typeof train): Promise<ArrayHalf> => {
      const { arrays } = readMat(await wholeOf(file, context.signal), basename(file.name));
      const [images, labels] = [arrays.get('X'), arrays.get('y')];
      if (images === undefined || labels === undefined) throw damagedArray(basename(file.name), 'has no X and y');
      return { images, labels };
    };
    return setOfArrays(
      [await halfOf(train)],
      await halfOf(test),
      {
        names: null,
        source: `SVHN's cropped digits, train_32x32.mat and test_32x32.mat; their label 10 is the digit 0${extra === undefined ? '' : '; left aside: extra_32x32.mat'}`,
        ...{ suggestedName: 'SVHN', published: null, areBytes: true },
        labelOf: (label) => (label === 10 ? 0 : label),
      },
      context,
    );
  },
};
