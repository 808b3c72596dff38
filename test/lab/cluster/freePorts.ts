import { createServer } from 'node:net';

/** Below those that systems hand out by themselves: nobody else takes one between the look and the daemon's own call. */
const [lowest, count] = [20_000, 12_000];

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Ports of the loopback that nobody listens at. Processes that look at the same moment begin at different places. */
export const freePorts = async (wanted: number): Promise<number[]> => {
  const found: number[] = [];
  for (let place = 16 * process.pid; found.length < wanted; place++) {
    const port = lowest + (place % count);
    if (await isFree(port)) found.push(port);
  }
  return found;
};
