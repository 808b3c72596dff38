import { shallowRef, type ShallowRef } from 'vue';
import { labApi, labReplySchema, type LabApi, type LabMethod, type LabRequest } from '../shared/labApi.ts';
import { type LabEvent } from '../shared/labEvent.ts';
import type { Bridge, ShellApi } from '../shared/shellApi.ts';
import type { Connection, LinkState } from './connection.ts';
import { Refusal } from './refusal.ts';
import { refusingShell } from './shellRefusal.ts';

/** What carries requests to the lab, and its replies and events back. */
export interface Transport {
  readonly link: Readonly<ShallowRef<LinkState>>;
  send(request: LabRequest): void;
  onReply(listener: (reply: unknown) => void): void;
  /** Called when what was asked until now will get no answer. */
  onLoss(listener: () => void): void;
}

interface Waiting {
  readonly method: LabMethod;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

const methods = Object.keys(labApi) as LabMethod[];

/** The preload's bridge lasts as long as its page. */
export const bridgeTransport = (bridge: Bridge): Transport => ({
  link: shallowRef('open'),
  send: (request) => bridge.send(request),
  onReply: (listener) => bridge.onReply(listener),
  onLoss: () => undefined,
});

/** Requests and events over a transport; every reply is parsed with the contract's schema before use. */
export const connectOver = (
  transport: Transport,
  shell: ShellApi,
  onCommand: Connection['onCommand'] = () => undefined,
): Connection => {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: LabEvent) => void>();
  let lastId = 0;

  transport.onReply((message) => {
    const reply = labReplySchema.parse(message);
    if (reply.type === 'events') {
      for (const event of reply.events) for (const listener of listeners) listener(event);
      return;
    }
    const request = waiting.get(reply.id);
    if (!request) return;
    waiting.delete(reply.id);
    if (reply.type === 'refusal') {
      request.reject(new Refusal(reply.code, reply.message, reply.fields));
      return;
    }
    const output = labApi[request.method].output.safeParse(reply.output);
    if (output.success) request.resolve(output.data as never);
    else request.reject(new Refusal('MESSAGE_INVALID', `The lab's answer to “${request.method}” was not understood.`));
  });
  transport.onLoss(() => {
    for (const { reject } of waiting.values()) {
      reject(new Refusal('INTERNAL', 'The connection to the lab was lost before it answered; try again.', []));
    }
    waiting.clear();
  });

  const request = (method: LabMethod, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { method, resolve, reject });
      transport.send({ type: 'request', id, method, input });
    });

  const lab = Object.fromEntries(methods.map((method) => [method, (input: unknown) => request(method, input)]));
  return {
    lab: lab as unknown as LabApi,
    shell: refusingShell(shell),
    onCommand,
    link: transport.link,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
