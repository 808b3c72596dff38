import { Notification, powerSaveBlocker } from 'electron';
import type { BrowserWindow } from 'electron';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import type { Preferences } from '../../shared/desktop.ts';
import { bringToFront } from './window.ts';

type Activity = Extract<LabNotice, { type: 'activity' }>;
/** What a question about a run that trains says of it, and of what its end would mean. */
export const trainingTexts = ({ runId, name, epoch, epochs }: NonNullable<Activity['training']>) => ({
  message: `Run ${String(runId)} is training.`,
  name: `${name}, in epoch ${String(epoch)} of ${String(epochs)}.`,
  end: 'the run first keeps a checkpoint of the step it has reached; "Resume" goes on from there. Waiting runs stay in the queue.',
});

type RunEnded = Extract<LabNotice, { type: 'runEnded' }>;

/** What the desktop shows of running runs: the machine stays awake, the taskbar shows the progress, ends are notified. */
export class DesktopActivity {
  readonly #window: BrowserWindow;
  #preferences: Preferences;
  #training: Activity['training'] = null;
  #blocker: number | null = null;

  constructor(window: BrowserWindow, preferences: Preferences) {
    this.#window = window;
    this.#preferences = preferences;
  }

  /** The run that this machine trains: closing the lab would end it. */
  get training(): Activity['training'] {
    return this.#training;
  }

  prefer(preferences: Preferences): void {
    this.#preferences = preferences;
    this.#stayAwake();
  }

  show({ training, share }: Activity): void {
    this.#training = training;
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
    if (this.#training !== null && this.#preferences.keepAwake) {
      this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
      return;
    }
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = null;
  }
}
