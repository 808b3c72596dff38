import { fork } from 'node:child_process';
import { app, utilityProcess } from 'electron';
import type { MessagePortMain } from 'electron';
import { leash } from '../processes/leash.ts';
import type { LabControl } from '../../shared/controlProtocol.ts';
import { lastLineOf } from './lastLine.ts';

/** The lab's process, whatever kind it is. */
export interface LabChild {
  /** True where a window's port can be handed over, so that its messages do not pass through main. */
  readonly takesPorts: boolean;
  post(message: LabControl, ports?: MessagePortMain[]): void;
  kill(): void;
}

export interface LabChildListeners {
  readonly onMessage: (message: unknown) => void;
  /** Called once; `lastLine` is what the process said last on stderr. */
  readonly onExit: (lastLine: string) => void;
}

/** The store needs Node-API 10. An Electron whose own Node is older runs the lab in the Node of ESAM_LAB_NODE, if that is set. */
const otherNode =
  app.isPackaged || Number(process.versions['napi'] ?? 0) >= 10 ? '' : (process.env['ESAM_LAB_NODE'] ?? '');

/** True where the lab is a utility process, which can be started only when the app is ready. */
export const isLabUtility = otherNode === '';

/** Starts the lab: a utility process, or a child process of a newer Node where Electron's own is too old. */
export const startLab = (entry: string, listeners: LabChildListeners): LabChild =>
  isLabUtility ? utilityLab(entry, listeners) : nodeLab(entry, otherNode, listeners);

const utilityLab = (entry: string, { onMessage, onExit }: LabChildListeners): LabChild => {
  const child = utilityProcess.fork(entry, [], { serviceName: 'ESAM Lab', stdio: ['ignore', 'inherit', 'pipe'] });
  const lastLine = lastLineOf(child.stderr);
  child.on('message', onMessage);
  child.once('exit', () => onExit(lastLine()));
  return {
    takesPorts: true,
    post: (message, ports) => child.postMessage(message, ports),
    kill: () => void child.kill(),
  };
};

const nodeLab = (entry: string, node: string, { onMessage, onExit }: LabChildListeners): LabChild => {
  const child = fork(entry, [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  // It ends in order by itself, unless it is just computing or importing something.
  child.once('close', leash(child.pid, { afterSeconds: 2 }));
  const lastLine = lastLineOf(child.stderr);
  let gone = false;
  const exit = (said: string): void => {
    if (!gone) onExit(said);
    gone = true;
  };
  child.on('message', onMessage);
  child.once('close', () => exit(lastLine()));
  child.once('error', (error) => exit(error.message));
  return {
    takesPorts: false,
    post: (message) => {
      if (child.connected) child.send(message, () => undefined); // a failed send is followed by 'close'
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
