import { labApi, labReplySchema, type LabApi, type LabEvent, type LabMethod } from '../shared/labApi.ts';
import type { Bridge } from '../shared/shellApi.ts';
import type { Connection } from './connection.ts';
import { Refusal } from './refusal.ts';

declare global {
  interface Window {
    /** Put there by the preload script; absent in a plain browser. */
    readonly esamLab?: Bridge;
  }
}

interface Waiting {
  readonly method: LabMethod;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

const methods = Object.keys(labApi) as LabMethod[];

/** Requests and events over the preload's bridge; every reply is parsed with the contract's schema before use. */
const overBridge = (bridge: Bridge): Connection => {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: LabEvent) => void>();
  let lastId = 0;

  bridge.onReply((message) => {
    const reply = labReplySchema.parse(message);
    if (reply.type === 'event') {
      for (const listener of listeners) listener(reply.event);
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

  const request = (method: LabMethod, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { method, resolve, reject });
      bridge.send({ type: 'request', id, method, input });
    });

  const lab = Object.fromEntries(methods.map((method) => [method, (input: unknown) => request(method, input)]));
  return {
    lab: lab as unknown as LabApi,
    shell: bridge.shell,
    isFake: false,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** The app's lab; in a plain browser the fake one if the address asks for it (`?fake`), else null. */
export const connect = async (): Promise<Connection | null> => {
  if (window.esamLab) return overBridge(window.esamLab);
  const scenario = new URLSearchParams(location.search).get('fake');
  if (scenario === null) return null;
  const { fakeConnection } = await import('./fakeLab.ts');
  return fakeConnection(scenario);
};
