import { app, dialog } from 'electron';
import type { BrowserWindow, Event } from 'electron';
import { trainingTexts, type DesktopActivity } from './activity.ts';
import type { LabProcess } from './labProcess.ts';

const choices = ['Keep training in the background', 'Stop training and quit', 'Cancel'];

/** Owns the way out: asks while a run trains, and lets the lab end its run honestly before the app goes. */
export class QuitGuard {
  readonly #window: BrowserWindow;
  readonly #lab: LabProcess;
  readonly #activity: DesktopActivity;
  #state: 'open' | 'asking' | 'background' | 'leaving' = 'open';
  /** Takes the question away. */
  #needless = new AbortController();

  constructor(window: BrowserWindow, lab: LabProcess, activity: DesktopActivity) {
    this.#window = window;
    this.#lab = lab;
    this.#activity = activity;
    const askFirst = (event: Event): void => {
      if (this.#state === 'leaving') return;
      event.preventDefault();
      void this.#ask();
    };
    window.on('close', askFirst);
    app.on('before-quit', askFirst);
    // Whoever signals (Ctrl-C in the terminal, the end of the session) cannot answer a question.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void this.#leave());
    window.on('show', () => {
      if (this.#state === 'background') this.#state = 'open';
    });
  }

  /** The queue is empty: an app kept only for training has nothing left to do, and there is nothing left to ask. */
  idle(): void {
    if (this.#state === 'background') void this.#leave();
    if (this.#state === 'asking') this.#needless.abort();
  }

  async #ask(): Promise<void> {
    if (this.#state === 'asking' || this.#state === 'leaving') return;
    const { training } = this.#activity;
    if (training === null) return this.#leave();
    const { message, name, end } = trainingTexts(training);
    this.#state = 'asking';
    this.#needless = new AbortController();
    const { signal } = this.#needless;
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'question',
      message,
      detail:
        `${name}\n\nIn the background, training goes on without a window until the queue is empty; starting the app again shows it.\n\n` +
        `If training is stopped, ${end}`,
      buttons: choices,
      defaultId: 0,
      cancelId: 2,
      signal,
    });
    if (signal.aborted) return this.#leave();
    this.#state = response === 0 ? 'background' : 'open';
    if (response === 0) this.#window.hide();
    if (response === 1) await this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#state === 'leaving') return;
    this.#state = 'leaving';
    await this.#lab.close();
    app.quit();
  }
}
