import { expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { serveWindow } from '../serveWindow.ts';
import { serveLab } from './labs.ts';
import { pagesOfFile, picture } from './page.ts';

const pages = pagesOfFile();

/** All reads without which a view has nothing to show. */
const reads = [
  ...([
    'runs',
    'newestRuns',
    'run',
    'queue',
    'datasets',
    'deviceStatus',
    'analyses',
    'annotations',
    'results',
  ] as const),
  ...(['experiments', 'studies', 'study', 'presets', 'appLog', 'checkpointUse', 'places'] as const),
] as const satisfies readonly (keyof Lab)[];

/** By view: what could not be read, and what is there once it could. */
const views: Readonly<Record<string, readonly [failed: string, there: string | RegExp]>> = {
  '/runs': ['The runs could not be read', '21 runs'],
  '/runs/16': ['Run 16 cannot be shown', 'Where it ran'],
  '/start': ['The runs could not be read', 'New experiment'],
  '/new': ['The presets could not be read', 'Queue runs'],
  '/live': ['The queue could not be read', 'Nothing is running'],
  '/queue': ['The queue could not be read', 'The queue is empty'],
  '/compare': ['The results could not be read', 'Gain over'],
  '/data': ['The data sets could not be read', 'Letters'],
  '/paper': ['The studies could not be read', 'Table 1'],
  '/device': ['The lab could not look at the machine', 'Self-test'],
  '/settings': ['The log could not be read', 'The lab’s log'],
};

test('what could not be read is said, with its reason and a way to try again; no view calls it empty', async () => {
  const served = await serveLab('full');
  let isBroken = true;
  const broken = Object.fromEntries(
    reads.map((name) => [
      name,
      (input: never): Promise<unknown> =>
        isBroken
          ? Promise.reject(new LabError('TOO_MANY', 'The disk did not answer. Try again once it does.'))
          : served.lab[name](input),
    ]),
  );
  const shown = await serveWindow({ ...served.lab, ...broken }, served.folder);
  for (const [path, [failed, there]] of Object.entries(views)) {
    isBroken = true;
    const { page, close } = await pages.openAt(shown.address(), path);
    const place = page.getByRole('region', { name: failed });
    await place.getByText('The disk did not answer.').waitFor();
    await picture(page, `failed${path.replaceAll('/', '-')}`);
    const said = (await page.getByRole('main').textContent()) ?? '';
    expect(said).not.toMatch(
      /No runs|No data set|Nothing is running|Nothing to|Nothing was|is empty|No group|Looking at|Reading all/,
    );
    isBroken = false;
    await place.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('main').getByText(there).first().waitFor();
    expect(await place.count()).toBe(0);
    await close();
  }
  await shown.close();
  await served.close();
});

test('where the analyses alone could not be read, the queue says so and does not call itself empty', async () => {
  const served = await serveLab('full');
  let isBroken = true;
  const analyses: Lab['analyses'] = (input) =>
    isBroken
      ? Promise.reject(new LabError('TOO_MANY', 'The disk did not answer. Try again once it does.'))
      : served.lab.analyses(input);
  const shown = await serveWindow({ ...served.lab, analyses }, served.folder);
  const { page, close } = await pages.openAt(shown.address(), '/queue');
  const place = page.getByRole('region', { name: 'The analyses could not be read' });
  await place.getByText('The disk did not answer.').waitFor();
  expect(await page.getByText('The queue is empty').count()).toBe(0);
  await picture(page, 'failed-queue-analyses');
  isBroken = false;
  await place.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The queue is empty').waitFor();
  await close();
  await shown.close();
  await served.close();
});
