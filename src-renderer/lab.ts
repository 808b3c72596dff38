import { servedMark } from '../shared/browserPage.ts';
import type { Bridge, ShellApi } from '../shared/shellApi.ts';
import type { Connection } from './connection.ts';
import { bridgeTransport, connectOver } from './transport.ts';

declare global {
  interface Window {
    /** Put there by the preload script; absent in a plain browser. */
    readonly esamLab?: Bridge;
  }
}

const isServed = (): boolean => document.querySelector(`meta[name="${servedMark}"]`) !== null;

/** The app's lab, or that of `esam-lab serve`; elsewhere there is none. */
export const connect = async (): Promise<Connection | null> => {
  if (window.esamLab) {
    const { shell, onCommand } = window.esamLab;
    // Entries cannot pass the bridge, and the desktop needs none: files have paths there.
    const takeDropped: ShellApi['takeDropped'] = (files) => shell.takeDropped(files, []);
    return connectOver(bridgeTransport(window.esamLab), { ...shell, takeDropped }, onCommand);
  }
  if (isServed()) {
    const [{ socketTransport }, { browserShell }] = await Promise.all([
      import('./browser/socket.ts'),
      import('./browser/shell.ts'),
    ]);
    return connectOver(socketTransport(), browserShell);
  }
  return null;
};
