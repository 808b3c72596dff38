import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from '../../src-main/runtimes/build.ts';
import { openApp, temporaryHome } from './app.ts';

const folder = resolve('test-results/screenshots');

/** Runs the quick comparison in the real window and keeps a picture of every view; README shows the comparison's. */
const takeScreenshots = async (): Promise<void> => {
  await build(process.cwd());
  await mkdir(folder, { recursive: true });
  const home = await temporaryHome();
  const opened = await openApp(home.folder);
  const { page, ask } = opened;
  const picture = (name: string): Promise<Buffer> => page.screenshot({ path: join(folder, `${name}.png`) });
  const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
    while (!(await isTrue())) await page.waitForTimeout(250);
  };
  try {
    await page.getByRole('heading', { name: 'Which method learns the wrong labels?' }).waitFor();
    await picture('start');
    await page.getByRole('link', { name: 'New experiment' }).click();
    await page.getByRole('button', { name: 'Queue runs' }).waitFor();
    await picture('new-experiment');
    await page.getByRole('button', { name: 'Queue runs' }).click();
    await until(async () => {
      const [run] = (await ask('queue', {})).running;
      return run?.config.optimizer.name === 'esam' && run.epochsDone >= 3;
    });
    await picture('live');
    await until(async () => {
      const { running, waiting } = await ask('queue', {});
      return running.length + waiting.length === 0;
    });
    for (const view of ['Runs', 'Data', 'Device', 'Compare']) {
      await page.getByRole('link', { name: view }).click();
      await page.waitForTimeout(1500); // charts grow to their size
      await picture(view.toLowerCase());
    }
  } finally {
    await opened.quit();
    await home.dispose();
  }
};

await takeScreenshots();
await copyFile(join(folder, 'compare.png'), 'resources/screenshot.png');
