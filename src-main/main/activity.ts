import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import type { Preferences } from '../../shared/desktop.ts';
import { bringToFront } from './window.ts';

type Activity = Extract<LabNotice, { type: 'activity' }>;
type RunEnded = Extract<LabNotice, { type: 'runEnded' }>;

/** What the desktop shows of running runs: the machine stays awake, the taskbar shows the progress, ends are notified. */
export class DesktopActivity {
  readonly #window: BrowserWindow;
  #preferences: Preferences;
  #isTraining = false;
  #blocker: number | null = null;

  constructor(window: BrowserWindow, preferences: Preferences) {
    this.#window = window;
    this.#preferences = preferences;
  }

  /** True while a run trains: quitting would end it. */
  isTraining(): boolean {
    return this.#isTraining;
  }

  prefer(preferences: Preferences): void {
    this.#preferences = preferences;
    this.#stayAwake();
  }

  show({ isTraining, share }: Activity): void {
    this.#isTraining = isTraining;
    this.#stayAwake();
    if (!this.#window.isDestroyed()) this.#window.setProgressBar(share ?? -1);
  }

  /** Tells of a run's end, unless the user is looking at the window anyway. */
  notify({ title, text, isGood }: RunEnded): void {
    const { notifications } = this.#preferences;
    if (notifications === 'none' || (notifications === 'problems' && isGood)) return;
    if (this.#window.isDestroyed() || this.#window.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification({ title, body: text });
    notification.on('click', () => bringToFront(this.#window));
    notification.show();
  }

  #stayAwake(): void {
    if (this.#isTraining && this.#preferences.keepAwake) {
      this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = null;
  }
}
