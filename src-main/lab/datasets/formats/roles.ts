export type HalfName = 'train' | 'val' | 'test' | 'whole';

/** What the names of a file and an array say they are: "x_train", "kmnist-test-imgs", "val_labels", "cifar10.1_v6_data". */
export const roleOf = (name: string): { half: HalfName; content: 'images' | 'labels' | null } => {
  const text = name.toLowerCase();
  const has = (...words: string[]): boolean =>
    words.some((word) => new RegExp(`(?:^|[^a-z])${word}(?:[^a-z]|$)`).test(text));
  const half = has('train', 'training', 'tr')
    ? 'train'
    : has('val', 'valid', 'validation')
      ? 'val'
      : has('test', 'testing', 't10k', 'te')
        ? 'test'
        : 'whole';
  const content = has('labels?', 'targets?', 'y', 'classes')
    ? 'labels'
    : has('images?', 'imgs?', 'data', 'pixels', 'x')
      ? 'images'
      : null;
  return { half, content };
};
