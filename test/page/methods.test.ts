import { afterEach, beforeEach, expect, test } from 'vitest';
import { methodHelp, methodIds, methodNames } from '../../shared/method.ts';
import { eventually, picture, pagesOfFile } from './page.ts';

const pages = pagesOfFile();
let opened: Awaited<ReturnType<typeof pages.open>>;
beforeEach(async () => {
  opened = await pages.open('/new', 'full');
});
afterEach(() => opened.close());

test('every method is offered, with its own settings, and says what it is expected to cost', async () => {
  const { page } = opened;
  for (const id of methodIds) {
    await page.getByLabel('Arm 1 method', { exact: true }).selectOption({ label: methodNames[id] });
    const arm = page.getByRole('listitem', { name: `Arm 1: ${methodNames[id]}` });
    await arm.waitFor();
    // Everything that can be set says what it is: the method, and each of its settings.
    const more = arm.getByRole('button', { name: 'Variants…' });
    if ((await more.count()) > 0) await more.click();
    const unsaid = await arm
      .locator('input, select')
      .evaluateAll((fields) =>
        fields
          .filter((field) => !field.closest('[title]')?.getAttribute('title')?.includes(' '))
          .map((field) => field.ariaLabel),
      );
    expect(unsaid).toEqual([]);
    expect(await page.getByLabel('Arm 1 method', { exact: true }).getAttribute('title')).toBe(methodHelp(id));
  }
  await page.getByLabel('Arm 1 method', { exact: true }).selectOption({ label: 'LookSAM' });
  expect(await page.getByLabel('Arm 1 perturb every').inputValue()).toBe('5');
  expect(await page.getByLabel('Arm 1 alpha').inputValue()).toBe('0.1');
  await page.getByLabel('Arm 2 method', { exact: true }).selectOption({ label: 'WSAM' });
  await page.getByLabel('Arm 2 coupled').selectOption({ label: 'on' });
  expect(await page.getByLabel('Arm 2 weight of sharpness').inputValue()).toBe('0.88');
  await page.getByLabel('Arm 3 method', { exact: true }).selectOption({ label: 'MSAM' });
  const third = page.getByRole('listitem', { name: 'Arm 3: MSAM' });
  await third.getByRole('button', { name: 'Variants…' }).click();
  await page.getByLabel('Arm 3 climbs').selectOption({ label: 'at random' });
  await page.getByLabel('Arm 3 probability').fill('0.25');
  await third.getByText('Experimental: nobody has published this method with this schedule.').waitFor();
  await picture(page, 'methods');
  // What makes no sense is said in words at the arm.
  await page.getByLabel('Arm 3 climbs').selectOption({ label: 'by the gradient norm' });
  await third.getByText('MSAM never computes the gradient at θ', { exact: false }).waitFor();
  await page.getByLabel('Arm 3 climbs').selectOption({ label: 'every n-th step' });
  await eventually(() => third.getByText('MSAM never computes', { exact: false }).count()).toBe(0);
  // Of "every n-th step" n is 5 for whoever chooses it; it stands beside no other schedule.
  const interval = page.getByLabel('Arm 3 perturb every');
  expect(await interval.inputValue()).toBe('5');
  await interval.fill('3');
  await page.getByLabel('Arm 3 climbs').selectOption({ label: 'in the last epochs' });
  await eventually(() => interval.count()).toBe(0);
  await page.getByLabel('Arm 3 climbs').selectOption({ label: 'every n-th step' });
  expect(await interval.inputValue()).toBe('5'); // not the 3 of before: it was given up
  expect(opened.complaints).toEqual([]);
});

test('gradients are observed at four steps of an epoch where that is switched on, and at none before', async () => {
  const { page } = opened;
  const [tick, number] = (['checkbox', 'textbox'] as const).map((role) =>
    page.getByRole(role, { name: /^Observe gradients/ }),
  );
  if (tick === undefined || number === undefined) throw new Error('A tick and a number.');
  expect(await tick.isChecked()).toBe(false);
  expect(await number.count()).toBe(0);
  await tick.check();
  expect(await number.inputValue()).toBe('4');
  await number.fill('');
  await eventually(() => number.getAttribute('aria-invalid')).toBe('true');
  await number.fill('2');
  await tick.uncheck();
  await eventually(() => number.count()).toBe(0);
  expect(opened.complaints).toEqual([]);
});
