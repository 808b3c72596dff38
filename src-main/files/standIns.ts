/** What lies where a file should be when it was not fetched, by its first bytes, and what to do; null of anything else. */
export const standInFor = (head: Buffer): string | null => {
  const text = head
    .toString('latin1', 0, 200)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text.startsWith('version https://git-lfs.github.com/spec/'))
    return 'it is only a pointer of Git LFS: fetch the files themselves (git lfs pull)';
  if (/^<(?:!doctype html|html|head|\?xml[^>]*>\s*<Error)/i.test(text))
    return 'it is a web page, which a server sent in place of the file: download it again';
  return null;
};
