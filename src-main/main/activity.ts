import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import { bringToFront } from './window.ts';

type Activity = Extract<LabNotice, { type: 'activity' }>;

/** What the desktop shows of running runs: the machine stays awake, the taskbar shows the progress, ends are notified. */
export class DesktopActivity {
  readonly #window: BrowserWindow;
  #blocker: number | null = null;

  constructor(window: BrowserWindow) {
    this.#window = window;
  }

  /** True while a run trains: quitting would end it. */
  isTraining(): boolean {
    return this.#blocker !== null;
  }

  show({ isTraining, share }: Activity): void {
    if (isTraining) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else this.#allowSleep();
    if (!this.#window.isDestroyed()) this.#window.setProgressBar(share ?? -1);
  }

  /** Tells of a run's end, unless the user is looking at the window anyway. */
  notify(title: string, text: string): void {
    if (this.#window.isDestroyed() || this.#window.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification({ title, body: text });
    notification.on('click', () => bringToFront(this.#window));
    notification.show();
  }

  #allowSleep(): void {
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = null;
  }
}
