import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import { labControlSchema } from '../../shared/controlProtocol.ts';
import type { Channel } from '../../shared/channel.ts';

/** The part of a utility process's ports that we use; the lab imports nothing of Electron. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}
type ParentPort = Pick<Port, 'postMessage' | 'on'>;

/** The lab's way to the desktop shell that started it: a utility process's parent port, or a child process's IPC. */
export interface Desktop {
  tell(notice: LabNotice): void;
  onControl(listener: (control: LabControl, port: Port | null) => void): void;
  /** The shell is gone without a word; only a child process lives to see it. */
  onGone(listener: () => void): void;
}

/** @throws Error when nothing that speaks to us has started this process. */
export const connectDesktop = (): Desktop => {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort !== undefined) return overParentPort(parentPort);
  if (process.send === undefined) throw new Error('lab/index.ts is started by the app; for the command line run cli.');
  return overIpc();
};

const overParentPort = (port: ParentPort): Desktop => ({
  tell: (notice) => port.postMessage(notice),
  onControl: (listener) =>
    void port.on('message', ({ data, ports }) => listener(labControlSchema.parse(data), ports[0] ?? null)),
  onGone: () => undefined,
});

const overIpc = (): Desktop => ({
  tell: (notice) => {
    if (process.connected) process.send?.(notice, undefined, undefined, () => undefined); // failed: the shell is gone
  },
  onControl: (listener) => void process.on('message', (message) => listener(labControlSchema.parse(message), null)),
  onGone: (listener) => void process.once('disconnect', listener),
});

/** A window's own port as a channel. What the window says waits until somebody listens, who may first have to open the workspace. */
export const portChannel = (port: Port): Channel => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', ({ data }) => listener(data));
    port.start();
  },
  onClose: (listener) => void port.once('close', () => listener('The window was closed.')),
  close: () => port.close(),
});

/** A channel whose messages the shell relays; `deliver` and `end` are called with what it relays to us. They, too, wait for a listener. */
export interface RelayedChannel extends Channel {
  deliver(message: unknown): void;
  end(reason: string): void;
}

export const relayedChannel = (post: (message: unknown) => void, close: () => void): RelayedChannel => {
  const messageListeners: ((message: unknown) => void)[] = [];
  const closeListeners: ((reason: string) => void)[] = [];
  const early: unknown[] = [];
  let closeReason: string | null = null;
  return {
    post: (message) => {
      if (closeReason === null) post(message);
    },
    onMessage: (listener) => {
      messageListeners.push(listener);
      for (const message of early.splice(0)) listener(message);
    },
    onClose: (listener) => {
      if (closeReason === null) closeListeners.push(listener);
      else listener(closeReason);
    },
    close,
    deliver: (message) => {
      if (messageListeners.length === 0) early.push(message);
      messageListeners.forEach((listener) => listener(message));
    },
    end: (reason) => {
      if (closeReason !== null) return;
      closeReason = reason;
      closeListeners.forEach((listener) => listener(reason));
    },
  };
};
