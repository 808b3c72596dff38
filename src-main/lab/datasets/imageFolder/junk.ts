/** What systems and programs leave in folders: never a class, never an image. */
const junk =
  /^(?:\..*|__MACOSX|@eaDir|Thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini|Icon\r|\$RECYCLE\.BIN|System Volume Information|lost\+found)$/i;

export const isJunk = (name: string): boolean => junk.test(name);
