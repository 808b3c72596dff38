import { expect, test } from 'vitest';
import { menuCommands } from '../../shared/menuCommands.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();

test('what a run’s menu does is done from anywhere: to the run that is open, or to those that are chosen', async () => {
  const { page, served, complaints, close } = await pages.open('/runs/3', 'full');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  const heading = (): Promise<string | null> => page.getByRole('heading', { level: 1 }).first().textContent();
  const command = async (typed: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill(typed);
    await eventually(() => palette.getByRole('option').count()).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await eventually(() => palette.isVisible()).toBe(false);
  };
  const annotation = async (runId: number) => (await served.lab.annotations({})).find((each) => each.runId === runId);

  await page.getByText(/· run 3$/).waitFor();
  await command('star the open');
  await eventually(async () => (await annotation(3))?.starred).toBe(true);
  await command('star the open'); // again takes it off
  await eventually(async () => (await annotation(3))?.starred ?? false).toBe(false);
  await command('resume the open'); // it has finished: says why not
  await page.getByText('Only runs of this lab that were interrupted, stopped, cancelled or failed can go on').waitFor();
  await command('use the open');
  await eventually(heading).toBe('New experiment');
  await page.getByText('From run 3.').waitFor();

  // Nothing is chosen here.
  await command('repeat the open');
  await page.getByText('Open a run, or choose some in Runs.').waitFor();

  // Run 14 was interrupted, run 15 stopped.
  await served.lab.pauseQueue({ paused: true });
  await page.goto(`${new URL(page.url()).origin}/#/runs/15`);
  await page.getByText(/· run 15$/).waitFor();
  await command('resume the open');
  await page.getByRole('button', { name: 'Resume anyway' }).click(); // the machine is another one
  await eventually(async () => (await served.lab.queue({})).waiting.map(({ id }) => id)).toEqual([15]);
  await page.waitForURL(/#\/live/); // which it goes to once it has the answer

  await page.goto(`${new URL(page.url()).origin}/#/runs/3`);
  await page.getByText(/· run 3$/).waitFor();
  await command('delete the open');
  await eventually(heading).toBe('Runs');
  await page.getByText('Run 3 is in the trash.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => (await served.lab.trash({})).length).toBe(0);

  await page.getByRole('checkbox', { name: 'Choose all runs shown' }).click();
  await command('archive the open');
  await eventually(async () => (await served.lab.annotations({})).filter(({ archived }) => archived).length).toBe(21);
  await picture(page, 'commands-archived');
  expect(complaints).toEqual([]);
  await close();
});

test('the palette has every command of the menu', async () => {
  const { page, close } = await pages.open('/new', 'empty');
  await page.getByRole('button', { name: 'Queue runs' }).waitFor();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await palette.getByRole('combobox').waitFor();
  const shown = await palette.getByRole('option').allTextContents();
  // Of starting and pausing the queue, only what changes something; the palette itself is open.
  const missing = Object.entries(menuCommands).filter(
    ([id, { name }]) => !['commands', 'startQueue'].includes(id) && !shown.some((text) => text.includes(name)),
  );
  expect(missing).toEqual([]);
  await picture(page, 'palette-whole');
  await close();
});
