import type { WebSocket } from 'ws';
import type { Channel } from '../../shared/channel.ts';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';
import { mostWaitingBytes } from '../lab/lineChannel.ts';

/** A browser tab's socket as a channel. What comes before somebody listens waits; what is no message of ours ends the connection. */
export const socketChannel = (socket: WebSocket): Channel => {
  const listeners: ((message: unknown) => void)[] = [];
  const early: unknown[] = [];
  socket.on('error', () => socket.terminate()); // too long a message, a broken frame
  socket.on('message', (data: Buffer, isBinary) => {
    let message: unknown;
    try {
      if (isBinary) throw new SyntaxError('This is no text.');
      message = decodeMessage(data.toString('utf8'));
    } catch {
      return socket.close(1007);
    }
    if (listeners.length === 0) early.push(message);
    listeners.forEach((listener) => listener(message));
  });
  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message));
      if (socket.bufferedAmount > mostWaitingBytes) socket.terminate();
    },
    onMessage: (listener) => {
      listeners.push(listener);
      for (const message of early.splice(0)) listener(message);
    },
    onClose: (listener) => {
      if (socket.readyState === socket.CLOSED) listener('The page was closed.');
      else socket.once('close', () => listener('The page was closed.'));
    },
    close: () => socket.close(),
  };
};
