import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunId } from '../../shared/run.ts';
import { lineChannel } from './lineChannel.ts';
import { serve } from './serve.ts';
import type { Lab } from './lab.ts';
import type { DoorAddress } from './store/holder.ts';

/** What comes first through the door, and what answers it. */
const helloSchema = z.strictObject({ type: z.literal('hello'), token: z.string(), labVersion: z.string() });
const welcome = { type: 'welcome' } as const;
/** Paths that a command was given by its user, who could read them himself. */
const grantSchema = z.strictObject({ type: z.literal('grantPaths'), paths: z.array(z.string()).max(64) });

const checkpointSchema = z.strictObject({ type: z.literal('checkpoint') });

export interface Door {
  readonly address: DoorAddress;
  /** Runs that others have asked for through it. */
  readonly guestRuns: ReadonlySet<RunId>;
  /** Resolves when all who have asked for runs have left. */
  guestsGone(): Promise<void>;
  close(): void;
}

/**
 * Lets other commands of this user ask the lab that has a workspace open: a socket of this machine, for whoever can read the workspace's own
 * files. What comes in is parsed by `serve`, as from every window.
 * @returns null where the system gives no socket: then others can only look.
 */
export const openDoor = async (lab: Lab, labVersion: string): Promise<Door | null> => {
  const token = randomBytes(32).toString('hex');
  const path = socketPath(`esam-lab-${randomBytes(8).toString('hex')}`);
  const guests = new Set<Socket>();
  const guestRuns = new Set<RunId>();
  const askers = new Set<Socket>();
  const server = createServer((socket) => {
    guests.add(socket);
    socket.once('close', () => {
      guests.delete(socket);
      askers.delete(socket);
    });
    const asked = forGuests(lab, (runIds) => {
      runIds.forEach((id) => guestRuns.add(id));
      if (guests.has(socket)) askers.add(socket);
    });
    receive(asked, socket, token, labVersion);
  });
  try {
    await listening(server, path);
  } catch {
    return null;
  }
  server.unref();
  return {
    address: { path, token },
    guestRuns,
    guestsGone: async () => {
      await Promise.all([...askers].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    close: () => {
      server.close();
      guests.forEach((socket) => socket.destroy());
    },
  };
};

/** The lab, which notes what runs are asked for. */
const forGuests = (lab: Lab, note: (runIds: readonly RunId[]) => void): Lab => ({
  ...lab,
  enqueue: async (experiment) => {
    const added = await lab.enqueue(experiment);
    note(added.runIds);
    return added;
  },
  repeatRuns: async (input) => {
    const added = await lab.repeatRuns(input);
    note(added.runIds);
    return added;
  },
  resumeRuns: async (input) => {
    note(input.runIds);
    return lab.resumeRuns(input);
  },
  startRuns: async (input) => {
    note(input.runIds);
    return lab.startRuns(input);
  },
  pauseQueue: async (input) => {
    if (!input.paused) note((await lab.queue({})).waiting.map(({ id }) => id));
    return lab.pauseQueue(input);
  },
});

/** On Linux a name that no file stands for, so that nothing is left of a lab that was killed. */
const socketPath = (name: string): string => {
  if (process.platform === 'win32') return String.raw`\\.\pipe\${name}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
};

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject).on('error', () => undefined);
      resolve();
    });
  });

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Serves whoever knows the token and is of the same version; closes on anybody else. */
const receive = (lab: Lab, socket: Socket, token: string, labVersion: string): void => {
  const channel = lineChannel(socket);
  let deliver: ((message: unknown) => void) | null = null;
  channel.onMessage((message) => {
    if (deliver !== null) {
      const grant = grantSchema.safeParse(message);
      if (grant.success) lab.grantPaths(grant.data.paths);
      else if (checkpointSchema.safeParse(message).success) lab.checkpoint();
      else deliver(message);
      return;
    }
    const hello = helloSchema.safeParse(message);
    const isKnown = hello.success && timingSafeEqual(digest(hello.data.token), digest(token));
    if (!isKnown || hello.data.labVersion !== labVersion) return channel.close();
    serve(lab, { ...channel, onMessage: (listener) => void (deliver = listener) }, 0);
    channel.post(welcome);
  });
};
