import { expect, test } from 'vitest';
import { listImageFolder } from '../../../src-main/lab/datasets/imageFolder/layout.ts';
import { imageFolder } from '../../imageFolders.ts';

type Files = Readonly<Record<string, Buffer | string>>;
const split = { testShare: 0.5, seed: 0 };

/** Class of each image, and "test" before it where it is not for training; what images hold is of no matter here. */
const classesIn = async (files: Files, chosen: typeof split | null = split): Promise<Record<string, string>> => {
  const { classNames, classes } = await listImageFolder(await imageFolder(files), chosen, new AbortController().signal);
  const found = classes.flatMap(({ half, label, images }) =>
    images.map((image) => [
      image,
      `${chosen === null && half === 'test' ? 'test ' : ''}${classNames[label] ?? 'none'}`,
    ]),
  );
  return Object.fromEntries(found.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))) as Record<string, string>;
};

const four = (ending = 'png'): Files =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.${ending}`, 'x']));
const catsAndDogs = { 'a.png': 'cat', 'b.png': 'dog', 'c.png': 'cat', 'd.png': 'dog' };

test.each<[what: string, file: string, content: string | Buffer]>([
  [
    'pandas, with its numbers of lines',
    'a.csv',
    ',filename,kind\n0,a.png,cat\n1,b.png,dog\n2,c.png,cat\n3,d.png,dog\n',
  ],
  [
    'many columns, of which one is called label',
    'x.csv',
    'id,age,sex,label,x\na,3,f,cat,1\nb,3,m,dog,1\nc,4,f,cat,2\nd,4,m,dog,2\n',
  ],
  [
    'HAM10000, whose classes are called dx',
    'HAM.csv',
    'lesion_id,image_id,dx,dx_type,age\nL1,a,cat,histo,80\nL2,b,dog,histo,80\nL3,c,cat,consensus,75\nL3,d,dog,histo,75\n',
  ],
  [
    'Roboflow and ISIC, a column for each class',
    '_classes.csv',
    'filename, cat, dog\na.png, 1, 0\nb.png, 0, 1\nc.png, 1, 0\nd.png, 0, 1\n',
  ],
  ['ISIC’s numbers with points', 'truth.csv', 'image,cat,dog\na,1.0,0.0\nb,0.0,1.0\nc,1.0,0.0\nd,0.0,1.0\n'],
  [
    'Hugging Face’s metadata',
    'metadata.jsonl',
    ['cat', 'dog', 'cat', 'dog']
      .map((label, at) => JSON.stringify({ file_name: `${'abcd'[at] ?? ''}.png`, label, caption: `A ${at}` }))
      .join('\n'),
  ],
  [
    'paths as Windows writes them, semicolons and a mark',
    'l.csv',
    '\ufeffimage;label;score\r\n.\\x\\a.png;cat;0,5\r\n.\\x\\b.png;dog;0,5\r\n.\\x\\c.png;cat;0,1\r\n.\\x\\d.png;dog;0,1\r\n',
  ],
  [
    'no header, blanks, and numbers behind',
    'list.txt',
    'a.png cat 1 2 3\nb.png dog 1 2 3\nc.png cat 4 5 6\nd.png dog 4 5 6\n',
  ],
  ['other endings than the files have', 'l.csv', 'id,label\na.jpg,cat\nb.jpg,dog\nc.jpg,cat\nd.jpg,dog\n'],
  ['a line that was left unfinished', 'l.csv', 'id,label\na,cat\nb,dog\nc,cat\nd,dog\ne\n'],
])('a list is read: %s', async (_, name, content) => {
  expect(await classesIn({ ...four(), [name]: content })).toEqual(catsAndDogs);
});

test('names of classes may have blanks, as FGVC-Aircraft’s, and be written in Windows’ Latin', async () => {
  const aircraft = 'a DC-3\nb BAE 146-200\nc BAE 146-300\nd DC-3\na2 BAE 146-200\nb2 BAE 146-300\n';
  const files = { ...four('jpg'), 'a2.jpg': 'x', 'b2.jpg': 'x', 'images_variant.txt': aircraft };
  expect(new Set(Object.values(await classesIn(files)))).toEqual(new Set(['DC-3', 'BAE 146-200', 'BAE 146-300']));
  const latin = Buffer.from('id;label\na;Käfer\nb;Café\nc;Käfer\nd;Café\n', 'latin1');
  expect(Object.values(await classesIn({ ...four(), 'l.csv': latin }))).toEqual(['Käfer', 'Café', 'Käfer', 'Café']);
});

test.each<[what: string, lists: Files, says: RegExp]>([
  [
    'columns of which any may be the class',
    { 'x.csv': 'image,age,sex\na,3,f\nb,3,m\nc,4,f\nd,4,m\n' },
    /^x\.csv has 2 columns beside the images’ names \(age, sex\), and which of them is the class cannot be told\. Write a list with two columns/,
  ],
  [
    'numbers alone, as of boxes',
    { 'images_box.txt': 'a 1 2 30 40\nb 1 2 50 60\nc 5 6 30 70\nd 5 6 50 70\n' },
    /^images_box\.txt has 4 columns beside/,
  ],
  [
    'several labels an image, a column each',
    { 'l.csv': 'image,cat,dog\na,1,1\nb,0,1\nc,1,0\nd,0,1\n' },
    /^l\.csv marks 2 classes of one image \(a\), expected one/,
  ],
  [
    'objects in images, a line each',
    { '_annotations.csv': 'filename,width,class,xmin\na.png,9,cat,1\na.png,9,dog,4\nb.png,9,dog,1\nc.png,9,cat,1\n' },
    /^_annotations\.csv names two classes of one image \(a\.png: cat and dog\), as lists of objects/,
  ],
  [
    'two lists that differ',
    { 'families.csv': 'a,Boeing\nb,Boeing\nc,BAE\nd,BAE\n', 'variants.csv': 'a,717\nb,727\nc,146\nd,147\n' },
    /^families\.csv and variants\.csv both name classes of images here, and differ\. Keep one of them/,
  ],
])('a list is refused rather than guessed at: %s', async (_, lists, says) => {
  await expect(classesIn({ ...four(), ...lists })).rejects.toThrow(says);
});

test('what a competition wants back is no list of classes', async () => {
  const lists = { 'train.csv': 'id,label\na,cat\nb,dog\nc,cat\n', 'sample_submission.csv': 'id,label\nd,cat\ne,cat\n' };
  const halves = Object.fromEntries(['b2', 'e'].map((name) => [`${name}.png`, 'x']));
  const listed = { ...lists, 'train.csv': `${lists['train.csv']}b2,dog\n` };
  expect(await classesIn({ ...four(), ...halves, ...listed })).toEqual({
    ...{ 'a.png': 'cat', 'b.png': 'dog', 'b2.png': 'dog', 'c.png': 'cat' },
  });
});

test('a list for each half of one flat folder is its split', async () => {
  const lists = {
    'train.csv': 'filename,label\na.png,cat\nb.png,dog\n',
    'val.csv': 'filename,label\nc.png,cat\nd.png,dog\n',
  };
  const halves = { 'a.png': 'cat', 'b.png': 'dog', 'c.png': 'test cat', 'd.png': 'test dog' };
  expect(await classesIn({ ...four(), ...lists }, null)).toEqual(halves);
  const inFolder = Object.fromEntries(Object.entries(four()).map(([path, content]) => [`images/${path}`, content]));
  expect(await classesIn({ ...inFolder, ...lists }, null)).toEqual(halves);
});

test.each<[what: string, files: Files]>([
  [
    'Food-101’s lists of names',
    {
      ...Object.fromEntries(
        ['cat/1', 'cat/2', 'dog/1', 'dog/2', 'dog/3'].map((name) => [`food/images/${name}.jpg`, 'x']),
      ),
      'food/meta/train.txt': 'cat/1\ndog/1\n',
      'food/meta/test.txt': 'cat/2\ndog/2\n',
    },
  ],
  [
    'a column of a list',
    {
      ...Object.fromEntries(['cat/1', 'cat/2', 'dog/1', 'dog/2', 'dog/3'].map((name) => [`${name}.jpg`, 'x'])),
      'metadata.csv': 'file,split\ncat/1.jpg,train\ncat/2.jpg,test\ndog/1.jpg,train\ndog/2.jpg,test\ndog/3.jpg,val\n',
    },
  ],
])('a set’s own split is kept, not drawn anew, also where a share was chosen: %s', async (_, files) => {
  for (const chosen of [null, split]) {
    const { classNames, classes, notes } = await listImageFolder(
      await imageFolder(files),
      chosen,
      new AbortController().signal,
    );
    expect(classNames).toEqual(['cat', 'dog']);
    expect(classes.map(({ half, label, images }) => [half, label, images])).toEqual([
      ...[
        ['train', 0, ['1.jpg']],
        ['train', 1, ['1.jpg']],
      ],
      ...[
        ['test', 0, ['2.jpg']],
        ['test', 1, ['2.jpg']],
      ],
    ]);
    expect(notes.join('; ')).toMatch(/^split as in .*; 1 image left aside, for which it has no half/);
  }
});

test.each<[what: string, paths: string[], classes: string[], tested: number | null]>([
  [
    'Intel’s scenes',
    [
      'seg_train/seg_train/sea/1.jpg',
      'seg_train/seg_train/street/1.jpg',
      'seg_test/seg_test/sea/2.jpg',
      'seg_pred/seg_pred/3.jpg',
    ],
    ['sea', 'street'],
    1,
  ],
  [
    'training_set and test_set',
    ['training_set/training_set/cats/1.jpg', 'training_set/training_set/dogs/1.jpg', 'test_set/test_set/dogs/1.jpg'],
    ['cats', 'dogs'],
    1,
  ],
  ['three folders deeper', ['a/b/c/train/x/1.jpg', 'a/b/c/train/y/1.jpg', 'a/b/c/val/x/1.jpg'], ['x', 'y'], 1],
  [
    'images in a folder of their own',
    ['Final_Training/Images/00000/1.ppm', 'Final_Training/Images/00001/1.ppm', 'Final_Test/Images/00001/1.ppm'],
    ['00000', '00001'],
    1,
  ],
])('folders of halves are no classes: %s', async (_, paths, names, tested) => {
  const folder = await imageFolder(Object.fromEntries(paths.map((path) => [path, 'x'])));
  const { classNames, classes } = await listImageFolder(folder, split, new AbortController().signal);
  expect(classNames).toEqual(names);
  expect(classes.filter(({ half }) => half === 'test').flatMap(({ images }) => images).length).toBe(tested);
});

test.each<[what: string, paths: string[], says: RegExp]>([
  [
    'COCO',
    ['train2017/1.jpg', 'train2017/2.jpg', 'val2017/3.jpg', 'val2017/4.jpg'],
    /train2017 holds 2 images, but no folders of classes and no list/,
  ],
  [
    'Dogs vs. cats',
    ['train/cat.0.jpg', 'train/dog.0.jpg', 'test1/1.jpg', 'test1/2.jpg'],
    /train holds 2 images, but no folders of classes and no list/,
  ],
  [
    'folds',
    ['fold_0/a/1.jpg', 'fold_0/b/1.jpg', 'fold_1/a/2.jpg', 'fold_1/b/2.jpg'],
    /2 sets side by side: fold_0, fold_1/,
  ],
])('parts of a set never become its classes: %s', async (_, paths, says) => {
  await expect(classesIn(Object.fromEntries(paths.map((path) => [path, 'x'])))).rejects.toThrow(says);
});

test('numbers of classes in a list mean the folders of these numbers, as GTSRB’s', async () => {
  const halves = ['Training/00000/1.ppm', 'Training/00001/1.ppm', 'Test/2.ppm', 'Test/3.ppm'];
  const files = Object.fromEntries(halves.map((path) => [path, 'x']));
  const list = 'Filename;Width;ClassId\n2.ppm;1;1\n3.ppm;1;0\n';
  expect(await classesIn({ ...files, 'Test/GT.csv': list }, null)).toMatchObject({
    '2.ppm': 'test 00001',
    '3.ppm': 'test 00000',
  });
});

test('where a share is drawn for testing, test images without classes are left aside, as Kaggle’s are', async () => {
  const inTrain = Object.fromEntries(Object.entries(four()).map(([path, content]) => [`train/${path}`, content]));
  const files = { ...inTrain, 'test/x.png': 'x', 'labels.csv': 'id,breed\na,cat\nb,dog\nc,cat\nd,dog\n' };
  await expect(classesIn(files, null)).rejects.toThrow(/test holds 1 image, but no folders .*--test-share 0\.2/);
  expect(await classesIn(files)).toEqual(catsAndDogs);
  const { notes } = await listImageFolder(await imageFolder(files), split, new AbortController().signal);
  expect(notes).toContain('left aside: test (1 image)');
});
