/** Passes a process's error output on and answers the last line that says something, at most 300 characters. */
export const lastLineOf = (stderr: NodeJS.ReadableStream | null): (() => string) => {
  let tail = '';
  stderr?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    tail = (tail + chunk.toString('utf8')).slice(-4096);
  });
  return () => (tail.trim().split(/\r?\n/).at(-1) ?? '').trim().slice(0, 300);
};
