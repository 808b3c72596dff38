import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { chromium } from 'playwright-core';
import { openLab } from '../../src-main/lab/service.ts';
import { findChromium } from '../../src-main/runtimes/system/programs.ts';
import { processTree } from '../app/processes.ts';
import { trainingLabOptions } from '../lab/fixtures/labOptions.ts';
import { serveWindow } from '../serveWindow.ts';
import { median } from './median.ts';

/** Of Linux on every machine that the lab knows (getconf CLK_TCK). */
const ticksPerSecond = 100;

/** Seconds of processor time that a process and everything below it have used so far; what has ended is left out. Linux only. */
const processorSeconds = (root: number): number =>
  processTree(root).reduce((total, pid) => {
    try {
      // proc(5): what follows the name in brackets begins with the state; user and system time are the 12th and 13th.
      const fields = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return total + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    } catch {
      return total; // it has ended meanwhile
    }
  }, 0);

/** Rounds of watching and not watching, in turn: the medians of five even out what else the machine does. */
const rounds = 5;

/**
 * What watching costs while the quick comparison's SGD trains, whose epochs are the shortest: processor time of Chromium (drawing in
 * software) showing a view, and of the lab, as shares of one core. Time passes on a busy machine too, so that the shares do not depend on
 * what else it does. Then images/s watched on the Live page over images/s with no page open, in turn.
 * @param seconds - for which each view is watched.
 */
export const measureLivePage = async (workspaceFolder: string, seconds: number): Promise<object> => {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium is on PATH.');
  const lab = await openLab(trainingLabOptions(workspaceFolder));
  const served = await serveWindow(lab, workspaceFolder);
  const browser = await chromium.launchServer({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const pid = browser.process().pid ?? 0;
  try {
    const quick = (await lab.presets({})).find(({ id }) => id === 'quick');
    if (quick === undefined) throw new Error('There is no preset quick.');
    const { name, shared, arms } = quick.experiment;
    const long = {
      ...quick.experiment,
      name: `${name}, long`,
      shared: { ...shared, epochs: 5000 },
      arms: arms.slice(0, 1),
    };
    const { runIds } = await lab.enqueue({ ...long, measureSpeed: false });
    const [runId = 0] = runIds;
    const connected = await chromium.connect(browser.wsEndpoint());
    const page = await connected.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${served.address()}#/live`);
    while ((await lab.run({ runId })).epochs.length < 2) await page.waitForTimeout(500);
    const figures: Record<string, unknown> = {};
    for (const view of ['live', 'queue', 'new']) {
      await page.evaluate((path) => (location.hash = path), `/${view}`);
      await page.waitForTimeout(3000);
      const [start, chromiumStart, { user, system }] = [performance.now(), processorSeconds(pid), process.cpuUsage()];
      await page.waitForTimeout(seconds * 1000);
      const passed = (performance.now() - start) / 1000;
      const ours = process.cpuUsage({ user, system });
      figures[view] = {
        page: Number(((processorSeconds(pid) - chromiumStart) / passed).toFixed(3)),
        lab: Number(((ours.user + ours.system) / 1e6 / passed).toFixed(3)),
      };
    }
    const speeds = { watched: [] as number[], alone: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const [way, address] of [
        ['watched', `${served.address()}#/live`],
        ['alone', 'about:blank'],
      ] as const) {
        await page.goto(address);
        await page.waitForTimeout(2000);
        const { epochs } = await lab.run({ runId });
        await page.waitForTimeout(seconds * 500);
        const later = (await lab.run({ runId })).epochs.slice(epochs.length + 1);
        speeds[way].push(median(later.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? [])));
      }
    }
    const [watched, alone] = [median(speeds.watched), median(speeds.alone)];
    return { ...figures, imagesPerSecond: { watched, alone, ratio: Number((watched / alone).toFixed(3)) } };
  } finally {
    await browser.close();
    await served.close();
    await lab.close();
  }
};
