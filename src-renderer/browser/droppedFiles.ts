/** A file that was dropped, under its path within what was dropped. */
export interface DroppedFile {
  readonly file: File;
  readonly name: string;
}

const mostFiles = 200_000;

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** A reader gives a folder's entries a hundred at a time. */
const entriesOf = async (folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
};

/** All files of what was dropped, folders walked through. @throws Error where they are more than a browser can send. */
export const droppedFiles = async (entries: readonly FileSystemEntry[]): Promise<DroppedFile[]> => {
  const found: DroppedFile[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    const name = entry.fullPath.replace(/^\//, '');
    if (found.length > mostFiles)
      throw new Error('These are too many files to upload: type the folder’s path instead.');
    if (isFile(entry)) found.push({ name, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    if (isFolder(entry)) for (const inner of await entriesOf(entry)) await walk(inner);
  };
  for (const entry of entries) await walk(entry);
  return found;
};
