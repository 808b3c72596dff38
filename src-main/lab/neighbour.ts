import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Channel } from '../../shared/channel.ts';
import { LabError } from '../../shared/errors.ts';
import { labApi, labReplySchema } from '../../shared/labApi.ts';
import type { LabApi, LabMethod } from '../../shared/labApi.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import { lineChannel } from './lineChannel.ts';
import type { Lab } from './lab.ts';
import { holderText, readHolder } from './store/holder.ts';
import type { Holder } from './store/holder.ts';

/** A lab that stands still, as one that was suspended, is not waited for; nor is one that takes long to open. */
const answersWithinMs = 10_000;

export interface Neighbour {
  readonly lab: Lab;
  /** For a person: its process, what it does, since when. */
  readonly who: string;
  /** Resolves when that lab has ended, with what is to be said of it. */
  readonly gone: Promise<LabError>;
}

const labGone = (found: string): LabError =>
  new LabError(
    'WORKSPACE_BUSY',
    `${found}, with what it did for this command. What was asked of it is kept: see "esam-lab runs", and go on with "esam-lab queue --resume".`,
  );

/**
 * The lab that has a workspace open, in another process of this user on this machine. Closing it ends the conversation, not that lab.
 * @returns null where nobody is there who answers.
 */
export const askNeighbour = async (folder: string, labVersion: string): Promise<Neighbour | null> => {
  const holder = await openedHolder(folder);
  const door = holder?.door ?? null;
  if (holder === null || door === null || holder.labVersion !== labVersion) return null;
  const channel = await entered(door.path, { type: 'hello', token: door.token, labVersion });
  if (channel === null) return null;
  const gone = new Promise<LabError>((resolve) =>
    channel.onClose(() => resolve(labGone(`${holderText(holder)} ended meanwhile`))),
  );
  return { lab: labOver(channel), who: holderText(holder), gone };
};

/** What is written of a lab is away for a moment while its door is added. */
const isWrittenWithinMs = 500;

/** Who has it, once that lab is open: of two commands that begin at the same moment, the second waits for the first one's door. */
const openedHolder = async (folder: string): Promise<Holder | null> => {
  const from = performance.now();
  for (;;) {
    const holder = readHolder(folder);
    const patienceMs = holder === null ? isWrittenWithinMs : holder.isOpening === true ? answersWithinMs : 0;
    if (performance.now() - from >= patienceMs) return holder;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const entered = async (path: string, hello: unknown): Promise<Channel | null> => {
  const socket = await connected(path);
  if (socket === null) return null;
  const channel = lineChannel(socket);
  const isWelcome = await new Promise<boolean>((resolve) => {
    channel.onMessage(() => resolve(true));
    channel.onClose(() => resolve(false));
    setTimeout(() => resolve(false), answersWithinMs).unref();
    channel.post(hello);
  });
  if (isWelcome) return channel;
  channel.close();
  return null;
};

const connected = (path: string): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });

/** Requests and events over a channel, as an object. */
const labOver = (channel: Channel): Lab => {
  const listeners = new Set<(event: LabEvent) => void>();
  const waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: LabError) => void }>();
  let lastId = 0;
  channel.onMessage((message) => {
    const parsed = labReplySchema.safeParse(message);
    if (!parsed.success) return;
    const reply = parsed.data;
    if (reply.type === 'events')
      return reply.events.forEach((event) => listeners.forEach((listener) => listener(event)));
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === 'reply') request?.resolve(reply.output);
    else request?.reject(new LabError(reply.code, reply.message, { fields: reply.fields }));
  });
  channel.onClose(() => {
    const gone = labGone('The lab that has the workspace open ended meanwhile');
    waiting.forEach(({ reject }) => reject(gone));
    waiting.clear();
  });
  const ask =
    (method: LabMethod) =>
    (input: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: (output) => resolve(labApi[method].output.parse(output)), reject });
        channel.post({ type: 'request', id, method, input });
      });
  const methods = Object.fromEntries(Object.keys(labApi).map((name) => [name, ask(name as LabMethod)]));
  return {
    ...(methods as unknown as LabApi), // each answer was parsed with its method's schema
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    grantPaths: (paths) => channel.post({ type: 'grantPaths', paths }),
    // Whoever looks at a workspace reads it by itself, and needs no neighbour for that.
    writeBundle: () =>
      Promise.reject(new LabError('WORKSPACE_BUSY', 'Another lab has this workspace open; export the bundle there.')),
    setPlace: () => {
      throw new LabError('WORKSPACE_BUSY', 'Another lab has this workspace open; close it, then set up the place.');
    },
    confirmPlace: () => undefined, // only the app asks that, of its own lab
    checkpoint: () => channel.post({ type: 'checkpoint' }),
    guestRuns: () => [],
    guestsGone: () => Promise.resolve(),
    close: () => {
      channel.close();
      return Promise.resolve();
    },
  };
};
