import type { WebSocket } from 'ws';
import type { Channel } from '../../shared/channel.ts';

/** A browser's socket as a channel: one message is one JSON text. What the contract carries (plain data, no NaN) survives that unchanged. */
export const socketChannel = (socket: WebSocket): Channel => ({
  post: (message) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  },
  onMessage: (listener) =>
    void socket.on('message', (data, isBinary) => {
      listener(isBinary ? undefined : parsed((data as Buffer).toString('utf8')));
    }),
  onClose: (listener) => void socket.once('close', () => listener('The page was closed.')),
  close: () => socket.close(),
});

/** What is no JSON is no message that anybody knows. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
