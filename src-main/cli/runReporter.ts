import { Presets, SingleBar } from 'cli-progress';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import { percent, rate } from './format.ts';
import { say } from './session.ts';

/** Shows a person how far runs are. */
export interface RunReporter {
  /**
   * @param run - the run that the event is about, as it is now.
   * @param title - what that is called among the runs that are trained.
   */
  show(event: LabEvent, run: RunSummary, title: string): void;
  end(): void;
}

/** Bars on a terminal, plain lines elsewhere. */
export const runReporter = (): RunReporter => (process.stderr.isTTY ? barReporter() : lineReporter());

/** "finished: best 98.10 %, last 98.02 %, 3,412 images/s", or the state and why. */
const outcomeOf = (run: RunSummary): string =>
  run.state === 'finished'
    ? `finished: best ${percent(run.bestTestAccuracy)}, last ${percent(run.lastTestAccuracy)}, ${rate(run.imagesPerSecond)}`
    : `${run.state}${run.reason === null ? '' : `: ${run.reason}`}`;

const lineReporter = (): RunReporter => {
  const ended = new Set<RunId>();
  const show: RunReporter['show'] = (event, run, title) => {
    if (event.type === 'epochFinished') {
      const { epoch, testAccuracy, imagesPerSecond } = event.metrics;
      say(
        `${title}: epoch ${epoch} of ${run.config.epochs}, test accuracy ${percent(testAccuracy)}, ${rate(imagesPerSecond)}`,
      );
    }
    const isNews = event.type === 'logged' && event.line.level !== 'info' && event.line.text !== run.reason;
    if (isNews) say(`${title}: ${event.line.text}`);
    if (run.endedAt === null) ended.delete(run.id); // it was put back into the queue
    if (run.endedAt === null || ended.has(run.id)) return;
    ended.add(run.id); // its end may be told more than once
    say(`${title}: ${outcomeOf(run)}`);
  };
  return { show, end: () => undefined };
};

const barReporter = (): RunReporter => {
  const bar = new SingleBar(
    { format: '{title} {bar} epoch {epoch} | {speed} | {accuracy}', barsize: 24, hideCursor: true, linewrap: null },
    Presets.shades_classic,
  );
  const ended = new Set<RunId>();
  let shownRun: RunId | null = null;
  let shown = { title: '', epoch: '', speed: '', accuracy: 'test –' };
  const stop = (): void => {
    if (bar.isActive) bar.stop();
  };
  return {
    show: (event, run, title) => {
      if (run.id !== shownRun && run.state === 'running') {
        stop();
        shownRun = run.id;
        shown = { title, epoch: `0/${run.config.epochs}`, speed: 'starting', accuracy: 'test –' };
        bar.start(run.config.epochs, 0, shown);
      }
      if (event.type === 'progressed') {
        const speed = event.activity === 'evaluating' ? 'evaluating' : rate(event.imagesPerSecond);
        shown = { ...shown, epoch: `${event.epoch}/${run.config.epochs}`, speed };
        bar.update(event.epoch - 1 + event.epochStep / event.epochSteps, shown);
      }
      if (event.type === 'epochFinished') {
        const { imagesPerSecond, testAccuracy } = event.metrics; // said here too: short epochs report nothing in between
        shown = { ...shown, speed: rate(imagesPerSecond), accuracy: `test ${percent(testAccuracy)}` };
        bar.update(event.metrics.epoch, shown);
      }
      if (run.endedAt === null)
        ended.delete(run.id); // it was put back into the queue
      else if (!ended.has(run.id)) {
        ended.add(run.id); // its end may be told more than once
        stop();
        shownRun = null;
        if (run.state !== 'finished') say(`${title}: ${outcomeOf(run)}`);
      }
    },
    end: stop,
  };
};
