import type { Socket } from 'node:net';
import type { Channel } from '../../shared/channel.ts';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';

/** Longer than any message that is answered; what sends more is none of ours. */
const mostCharacters = 64_000_000;

/** Whoever reads nothing, as a command that was suspended, fills the memory with what it is told: from here on it is told no more. */
export const mostWaitingBytes = 256_000_000;

/** A socket of this machine as a channel: one message a line. What is no message of ours ends the connection. */
export const lineChannel = (socket: Socket): Channel => {
  const listeners: ((message: unknown) => void)[] = [];
  let rest = '';
  const take = (line: string): void => {
    let message: unknown;
    try {
      message = decodeMessage(line);
    } catch {
      return void socket.destroy();
    }
    listeners.forEach((listener) => listener(message));
  };
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostCharacters) socket.destroy();
    lines.forEach(take);
  });
  return {
    post: (message) => {
      if (socket.writable) socket.write(`${encodeMessage(message)}\n`);
      if (socket.writableLength > mostWaitingBytes) socket.destroy();
    },
    onMessage: (listener) => void listeners.push(listener),
    onClose: (listener) => void socket.once('close', () => listener('The other side has ended.')),
    close: () => void socket.destroy(),
  };
};
