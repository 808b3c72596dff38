import { inject, type InjectionKey, type ShallowRef } from 'vue';
import type { LabApi } from '../shared/labApi.ts';
import type { LabEvent } from '../shared/labEvent.ts';
import type { MenuCommand } from '../shared/menuCommands.ts';
import type { ShellApi } from '../shared/shellApi.ts';

/** Whether the lab is within reach: lost for now, or ended with its server. */
export type LinkState = 'open' | 'lost' | 'ended';

/** The window's two partners: the lab, which holds everything, and the desktop shell with its dialogs. */
export interface Connection {
  readonly lab: LabApi;
  readonly shell: ShellApi;
  /** Returns the function that ends the subscription. */
  readonly onEvent: (listener: (event: LabEvent) => void) => () => void;
  /** Calls the listener for what is chosen in the native menu; a browser has none. */
  readonly onCommand: (listener: (command: MenuCommand) => void) => void;
  readonly link: Readonly<ShallowRef<LinkState>>;
}

export const connectionKey: InjectionKey<Connection> = Symbol('connection');

/** The connection that main.ts provided; works in components and in Pinia stores. */
export const useConnection = (): Connection => {
  const connection = inject(connectionKey);
  if (!connection) throw new Error('main.ts must provide the connection before the app is mounted');
  return connection;
};
