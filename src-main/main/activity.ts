import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import { bringToFront } from './window.ts';

type Activity = Extract<LabNotice, { type: 'activity' }>;

/** What the desktop shows of running runs: the machine stays awake, the taskbar shows the progress, ends are notified. */
export class DesktopActivity {
  readonly #window: BrowserWindow;
  #blocker: number | null = null;
  #runsOpen = 0;

  constructor(window: BrowserWindow) {
    this.#window = window;
  }

  /** True while a run trains: quitting would end it. */
  isTraining(): boolean {
    return this.#blocker !== null;
  }

  /** Runs that train or wait. */
  runsOpen(): number {
    return this.#runsOpen;
  }

  show({ running, waiting, share }: Activity): void {
    this.#runsOpen = running + waiting;
    if (running > 0) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
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
