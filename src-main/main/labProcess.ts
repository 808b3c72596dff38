import type { MessagePortMain } from 'electron';
import { labNoticeSchema } from '../../shared/controlProtocol.ts';
import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import type { PlaceId, SlurmSettings } from '../../shared/places.ts';
import { refusalOf } from '../../shared/refusal.ts';
import { startLab } from './labChild.ts';
import type { LabChild } from './labChild.ts';
import { Trainers } from './trainers.ts';

export interface LabProcessOptions {
  readonly labEntry: string;
  readonly trainerEntry: string;
  readonly open: Extract<LabControl, { type: 'open' }>;
}

export interface LabListeners {
  onActivity(activity: Extract<LabNotice, { type: 'activity' }>): void;
  onRunEnded(ended: Extract<LabNotice, { type: 'runEnded' }>): void;
  /** The lab ended unasked; its windows' connections are gone. `restarted` tells whether a new one was started. */
  onCrash(lastLine: string, restarted: boolean): void;
}

/** A second crash this soon after a restart is not answered by another restart. */
const restartEveryMs = 60_000;
const closeLimitMs = 15_000;

/**
 * Owns the lab: starts its process at once, opens it when there is somebody to listen, connects windows, forks its trainers,
 * restarts it after a crash, closes it.
 */
export class LabProcess {
  #options: LabProcessOptions;
  readonly #trainers: Trainers;
  readonly #relayed = new Map<number, MessagePortMain>();
  #child: LabChild | null;
  #listeners: LabListeners | null = null;
  #lastRestart = -Infinity;
  #clients = 0;
  #closed: (() => void) | null = null;

  constructor(options: LabProcessOptions) {
    this.#options = options;
    this.#trainers = new Trainers(options.trainerEntry, (message) => this.#child?.post(message));
    this.#child = this.#start();
  }

  /** Opens the workspace. */
  open(listeners: LabListeners): void {
    this.#listeners = listeners;
    this.#child ??= this.#start();
    this.#child.post(this.#options.open);
  }

  /** Connects a page: its port goes to the lab, or is relayed where the lab's process takes no ports. */
  connect(port: MessagePortMain): void {
    const child = this.#child;
    const clientId = ++this.#clients;
    if (child === null) return refuseAll(port);
    if (child.takesPorts) return child.post({ type: 'clientConnected', clientId }, [port]);
    this.#relayed.set(clientId, port);
    child.post({ type: 'clientConnected', clientId });
    port.on('message', ({ data }) => child.post({ type: 'clientMessage', clientId, message: data as unknown }));
    port.once('close', () => {
      this.#relayed.delete(clientId);
      child.post({ type: 'clientClosed', clientId });
    });
    port.start();
  }

  grantPaths(paths: string[]): void {
    this.#child?.post({ type: 'grantPaths', paths });
  }

  confirmPlace(id: PlaceId, settings: SlurmSettings): void {
    this.#child?.post({ type: 'confirmPlace', id, settings });
  }

  /** Ends the running run honestly and closes the store; after 15 s without an answer the process is killed. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, closeLimitMs);
      this.#closed = () => {
        clearTimeout(limit);
        resolve();
      };
      child.post({ type: 'close' });
    });
    child.kill();
    this.#trainers.killAll();
  }

  /** Closes the workspace and opens another one; pages have to connect anew. */
  async reopen(workspaceFolder: string): Promise<void> {
    await this.close();
    this.#disconnect();
    this.#closed = null;
    this.#options = { ...this.#options, open: { ...this.#options.open, workspaceFolder } };
    this.#child = this.#start();
    this.#child.post(this.#options.open);
  }

  #start(): LabChild {
    const child: LabChild = startLab(this.#options.labEntry, {
      onMessage: (message) => this.#receive(message),
      onExit: (lastLine) => {
        if (child === this.#child) this.#ended(lastLine); // else it was closed, and another one is there
      },
    });
    return child;
  }

  #disconnect(): void {
    this.#trainers.killAll();
    for (const port of this.#relayed.values()) port.close();
    this.#relayed.clear();
    this.#listeners?.onActivity({ type: 'activity', training: null, isBusy: false, share: null });
  }

  #ended(lastLine: string): void {
    this.#child = null;
    this.#disconnect();
    if (this.#closed !== null) return this.#closed();
    if (this.#listeners === null) return;
    const now = performance.now();
    const restarted = now - this.#lastRestart > restartEveryMs;
    if (restarted) {
      this.#lastRestart = now;
      this.#child = this.#start();
      this.#child.post(this.#options.open);
    }
    this.#listeners.onCrash(lastLine, restarted);
  }

  #receive(message: unknown): void {
    const notice = labNoticeSchema.parse(message);
    switch (notice.type) {
      case 'clientMessage':
        return this.#relayed.get(notice.clientId)?.postMessage(notice.message);
      case 'launchTrainer':
      case 'trainerMessage':
      case 'endTrainer':
        return this.#trainers.handle(notice);
      case 'activity':
        return this.#listeners?.onActivity(notice);
      case 'runEnded':
        return this.#listeners?.onRunEnded(notice);
      case 'closed':
        return this.#closed?.();
    }
  }
}

const refuseAll = (port: MessagePortMain): void => {
  const message =
    'The lab process has ended. Everything it had acknowledged is stored. Quit the app and start it again.';
  port.on('message', ({ data }) => {
    const refusal = refusalOf(data, 'INTERNAL', message);
    if (refusal !== null) port.postMessage(refusal);
  });
  port.start();
};
