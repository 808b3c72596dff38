/** Has this process go on where nobody takes what it prints: a reader that has seen enough, a closed terminal, a file on a full disk. (Node's console lets the first failure pass, and no other.) */
export const outputsMayFail = (): void => {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
};
