import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, picture, pagesOfFile, type OpenPage } from './page.ts';

// The form of a new experiment: what it says, what it refuses and in which words, what it queues.
const pages = pagesOfFile();
let opened: Awaited<ReturnType<ReturnType<typeof pagesOfFile>['open']>>;
const { getByRole, getByLabel, getByText } = {
  getByRole: (...input: Parameters<OpenPage['page']['getByRole']>) => opened.page.getByRole(...input),
  getByLabel: (name: string | RegExp) => opened.page.getByLabel(name),
  getByText: (text: string | RegExp) => opened.page.getByText(text, { exact: true }),
};
const plan = () => opened.page.getByLabel('Runs of this experiment');
const planned = (): Promise<number> => plan().locator('tbody tr').count();
const arms = (): Promise<number> => getByRole('listitem', { name: /^Arm \d+:/ }).count();

beforeEach(async () => {
  opened = await pages.open('/new', 'full');
  await eventually(planned).toBe(6);
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

test('the plan is arms × seeds, in the order of the seeds, finished runs struck out', async () => {
  // The full workspace has finished the quick preset's six runs.
  expect(await plan().locator('tbody tr .text').allTextContents()).toEqual([
    'SGD',
    '0',
    'SAM',
    '0',
    'ESAM',
    '0',
    'SGD',
    '1',
    'SAM',
    '1',
    'ESAM',
    '1',
  ]);
  expect(await plan().locator('tr.skipped').count()).toBe(6);
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  await getByLabel(/^Seeds/).fill('1-3');
  await eventually(planned).toBe(9);
  expect(await plan().locator('tr.skipped').count()).toBe(3);
  await getByRole('checkbox', { name: /Leave out runs/ }).click();
  await eventually(() => plan().locator('tr.skipped').count()).toBe(0);
  expect(
    await plan()
      .getByText(/^9 runs/)
      .count(),
  ).toBe(1);
});

test('arms are added, changed, duplicated and removed', async () => {
  await getByRole('button', { name: 'Add ESAM-SWP' }).click();
  expect(await getByLabel('Arm 4 gamma').inputValue()).toBe('1');
  await getByRole('button', { name: 'Duplicate arm 3' }).click();
  await getByLabel('Arm 4 beta').fill('0.8');
  expect(await arms()).toBe(5);
  await eventually(planned).toBe(10);
  // Two ESAM arms are told apart by what differs.
  expect(await plan().getByText('β 0.8').count()).toBe(2);
  await getByLabel('Arm 5 method').selectOption({ label: 'SAM' });
  expect(await getByLabel('Arm 5 gamma').count()).toBe(0);
  await getByRole('button', { name: 'Remove arm 1' }).click();
  expect(await getByRole('listitem', { name: 'Arm 1: SAM' }).count()).toBe(1);
  for (const label of ['perturbation', 'selection', 'second pass', 'BatchNorm statistics', 'rho', 'weight decay'])
    expect(await getByLabel(`Arm 2 ${label}`).count()).toBe(1);
  // 1280 px at 150 %: the plan is a drawer, and no number is cut.
  await opened.page.setViewportSize({ width: 853, height: 533 });
  await getByRole('button', { name: 'Show runs' }).waitFor();
  const widths = await opened.page
    .locator('.arm .numbers input')
    .evaluateAll((inputs) => inputs.map((input) => input.getBoundingClientRect().width));
  expect(widths.length).toBeGreaterThan(10);
  expect(Math.min(...widths)).toBeGreaterThanOrEqual(72);
});

test('the base rule of each arm is chosen, and tells arms of one method apart', async () => {
  await getByRole('button', { name: 'Duplicate arm 1' }).click();
  const second = getByRole('listitem', { name: 'Arm 2: SGD' });
  await second.getByRole('button', { name: 'Variants…' }).click();
  await getByLabel('Arm 2 base rule').selectOption({ label: 'SGD, Nesterov’s momentum' });
  await getByLabel('Arm 2 tensors that decay').selectOption({ label: 'no decay of norm and bias' });
  await eventually(planned).toBe(8);
  const told = 'Nesterov on, decay norm and bias off';
  await eventually(() => plan().getByText(told).count()).toBe(2);
  // Another method keeps the rule.
  await getByLabel('Arm 2 method').selectOption({ label: 'SAM' });
  await eventually(() => plan().getByText(told).count()).toBe(2);
});

test('a field says in words what is wrong with it, and nothing is queued', async () => {
  await getByLabel(/^Epochs/).fill('2.5');
  await getByText('Epochs must be a whole number').first().waitFor();
  await getByLabel(/^Batch size/).fill('');
  await getByText('Batch size must be a number').first().waitFor();
  await getByLabel('Arm 2 rho').fill('-1');
  await getByText('ρ must be at least 0').first().waitFor();
  await getByLabel('Arm 3 gamma').fill('0');
  await getByText('γ must be more than 0').first().waitFor();
  await getByLabel(/^Seeds/).fill('one');
  await getByText('“one” is no seed; write whole numbers and ranges, such as 0, 1, 5–8').first().waitFor();
  // Who goes away and comes back sees that they could not be read.
  await opened.page.getByRole('link', { name: 'Device' }).click();
  await opened.page.getByRole('link', { name: 'New experiment' }).click();
  expect(await getByLabel(/^Seeds/).inputValue()).toBe('?');
  await getByLabel(/^Name/).fill('  ');
  await getByText('Give the experiment a name').first().waitFor();
  expect(await getByLabel('Arm 2 rho').getAttribute('aria-invalid')).toBe('true');
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  await getByText('6 fields need attention').waitFor();
  await picture(opened.page, 'new-errors');
  await opened.page.keyboard.press('Control+Enter');
  expect(opened.page.url()).toContain('#/new');
});

test('what the lab refuses stands at its field', async () => {
  // The schema allows it; only the lab knows that MNIST has 60,000 images.
  await getByLabel(/^Training subset/).fill('70000');
  await getByText('MNIST has 60,000 training images; the experiment asks for 70,000. Ask for fewer, or for all.')
    .first()
    .waitFor();
  expect(await getByLabel(/^Training subset/).getAttribute('aria-invalid')).toBe('true');
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  await getByLabel('Data set').selectOption({ label: 'Letters' });
  await getByLabel(/^Training subset/).fill('');
  await eventually(() => plan().locator('.skipped').count()).toBe(0);
  await getByLabel('Preset').selectOption({ label: 'Paper: ResNet-18 on CIFAR-10 (needs CIFAR-10)' });
  await getByText(/CIFAR-10 is not in the library; import it first\./)
    .first()
    .waitFor();
});

test('axes are a list, a range or choices by name; what makes no sense beside another axis stands at its field', async () => {
  const add = getByRole('button', { name: 'Axis', exact: true });
  await add.click();
  const values = getByLabel('Values of axis 1');
  await eventually(() => values.evaluate((field) => field === document.activeElement)).toBe(true);
  await plan().getByText('Axis 1: give at least one value').waitFor();
  expect(await plan().getByRole('alert').count()).toBe(0); // nobody has filled it in yet
  await values.fill('0.1:0.3:0.1');
  await getByText('(1 method + 2 methods × 3 values of ρ) × 2 seeds').waitFor();
  await eventually(planned).toBe(14); // SGD once, SAM and ESAM with three values of ρ each, two seeds
  await getByLabel('Setting of axis 1').selectOption('optimizer.when.name');
  const choices = getByRole('group', { name: 'Values of axis 1' });
  // The words of the settings, not of files; numbers of the setting before are no values of this one.
  await eventually(async () =>
    (await choices.getByRole('checkbox').allTextContents()).map((text) => text.trim()),
  ).toEqual([...['every n-th step', 'at random', 'by the gradient norm', 'in the last epochs']]);
  await choices.getByRole('checkbox', { name: 'at random' }).check();
  await choices.getByRole('checkbox', { name: 'every n-th step' }).check();
  await eventually(planned).toBe(10);
  await getByLabel('Runs of this experiment').getByText('climbs every n-th step').first().waitFor();
  await add.click();
  await getByLabel('Setting of axis 2').selectOption('optimizer.interval');
  await getByLabel('Values of axis 2').fill('1, 2');
  const reason = /^SAM with climbs at random, perturb every 2: every n-th step and another schedule exclude each other/;
  await getByRole('listitem')
    .filter({ has: getByLabel('Values of axis 2') })
    .getByText(reason)
    .waitFor();
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  // What is listed beside a preset are its own runs, or none.
  await getByLabel('Preset').selectOption({ label: 'Paper: ResNet-18 on CIFAR-10 (needs CIFAR-10)' });
  await eventually(planned).toBe(0);
  expect(opened.complaints).toEqual([]);
});

test('a method has a value of its own for what the others share: SGD for twice the epochs, made once', async () => {
  await getByRole('button', { name: 'Duplicate arm 1' }).click();
  await getByText('The same as arm 1: its runs are made once. Change a setting, or remove it.').waitFor();
  await getByRole('listitem', { name: 'Arm 2: SGD' }).getByRole('button', { name: 'Variants…' }).click();
  const override = getByLabel('Override a shared setting for arm 2');
  await override.selectOption({ label: 'epochs' });
  const own = getByLabel('Arm 2 epochs, of its own');
  await eventually(() => own.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await own.inputValue()).toBe('3'); // as the others
  await own.fill('0');
  const row = getByRole('listitem', { name: 'Arm 2: SGD' });
  await row.getByText('Epochs must be at least 1').waitFor();
  await plan().getByText('Arm 2: epochs must be at least 1').waitFor();
  await own.fill('6');
  await eventually(planned).toBe(8);
  expect(await plan().locator('tr.skipped').count()).toBe(6); // the quick preset's own
  await plan().getByText('epochs 6').first().waitFor();
  // A choice is one of what there is; what it brings can be overridden then.
  await override.selectOption({ label: 'learning-rate schedule' });
  await getByLabel('Arm 2 learning-rate schedule, of its own').selectOption({ label: 'warm-up, cosine' });
  await override.selectOption({ label: 'warm-up' });
  expect(await getByLabel('Arm 2 warm-up, of its own').count()).toBe(1);
  await picture(opened.page, 'new-overrides');
  for (const label of ['learning-rate schedule', 'warm-up'])
    await getByRole('button', { name: `Arm 2: ${label} as the others` }).click();
  // Another method keeps what the arm overrides; without it, it is what it was.
  await getByLabel('Arm 2 method').selectOption({ label: 'SAM' });
  expect(await getByLabel('Arm 2 epochs, of its own').inputValue()).toBe('6');
  await getByLabel('Arm 2 method').selectOption({ label: 'SGD' });
  await getByRole('button', { name: 'Arm 2: epochs as the others' }).click();
  await eventually(planned).toBe(6);
});

test('a data set that has gone stands in its axis until it is taken out', async () => {
  await getByRole('button', { name: 'Axis', exact: true }).click();
  await getByLabel('Setting of axis 1').selectOption('dataset.id');
  const ticked = getByRole('group', { name: 'Values of axis 1' }).getByRole('checkbox', { checked: true });
  for (const name of ['MNIST', 'Letters']) await getByRole('checkbox', { name, exact: true }).check();
  await opened.served.lab.deleteDataset({ id: 'letters' });
  await getByText(/^The data set "letters" is not in the library/)
    .first()
    .waitFor();
  expect(await ticked.count()).toBe(2);
  await picture(opened.page, 'new-axis-data-gone');
  await getByRole('checkbox', { name: 'letters', exact: true }).click(); // it goes with its tick
  await eventually(planned).toBe(6);
  expect(await ticked.count()).toBe(1);
});

test('data whose files are not there are said at their field, until they are back', async () => {
  const images = join(opened.served.folder, 'datasets', 'letters', 'train-images.u8');
  await rename(images, `${images}.away`);
  await getByLabel('Data set').selectOption({ label: 'Letters' });
  const said = getByText(/train-images\.u8 is missing\. Put it back, or remove the data set and import it again\.$/);
  await said.first().waitFor();
  await picture(opened.page, 'new-data-gone');
  expect(await getByLabel('Data set').getAttribute('aria-invalid')).toBe('true');
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(true);
  await getByLabel(/^Training subset/).fill('');
  await said.first().waitFor();
  await rename(`${images}.away`, images);
  await opened.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await eventually(() => said.count()).toBe(0);
  expect(await getByRole('button', { name: 'Queue runs' }).isDisabled()).toBe(false);
});

test('an experiment whose runs have all finished is refused in words, at the choice that leaves them out', async () => {
  await opened.page.keyboard.press('Control+Enter');
  const sentence = 'Leaves out every run: all of them have finished already';
  await eventually(() => getByText(sentence).count()).toBe(2); // at the field, and beside the plan
  expect(opened.page.url()).toContain('#/new');
  await getByRole('checkbox', { name: /Leave out runs/ }).click();
  await eventually(() => getByText(sentence).count()).toBe(0);
  await eventually(() => getByRole('button', { name: 'Queue runs' }).isEnabled()).toBe(true);
});

test('a change against the preset is named and can be taken back', async () => {
  await getByLabel(/^Epochs/).fill('5');
  await getByText(/epochs 3 → 5/).waitFor();
  await getByLabel('Learning-rate schedule').selectOption({ label: 'Steps' });
  await getByLabel(/^Milestones/).fill('2, 4');
  await getByRole('button', { name: 'Reset to preset' }).click();
  expect(await getByLabel(/^Epochs/).inputValue()).toBe('3');
  expect(await getByLabel(/^Milestones/).count()).toBe(0);
});

test('Ctrl+Enter queues the runs and shows them live', async () => {
  await getByLabel(/^Seeds/).fill('7');
  await getByRole('button', { name: 'Duplicate arm 3' }).click();
  await getByLabel('Arm 4 beta').fill('0.8');
  await eventually(planned).toBe(4);
  // Or by Tab without all the fields: from the head of the form to its end.
  await getByRole('button', { name: 'To the runs of this experiment' }).focus();
  await opened.page.keyboard.press('Enter');
  expect(await opened.page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Queue runs');
  await opened.page.keyboard.press('Control+Enter');
  await eventually(() => opened.page.url()).toContain('#/live');
  await eventually(() => getByLabel('Queue').getByText('seed 7').count()).toBe(4);
  // Two arms of one method are told apart there, too.
  await eventually(() => getByLabel('Queue').getByText('β 0.8').count()).toBe(1);
});

test('a resolution is asked for where images are of any size, crops of either kind everywhere, but not both', async () => {
  expect(await getByLabel(/^Resolution/).count()).toBe(0);
  await getByLabel(/^Crop padding/).fill('3');
  await getByLabel('Data set').selectOption({ label: 'Flowers' });
  expect(await getByLabel(/^Crop padding/).inputValue()).toBe('3');
  expect(await getByLabel(/^Resolution/).getAttribute('placeholder')).toBe('224');
  await getByLabel(/^Resolution/).fill('7');
  await getByText('Resolution must be at least 8').first().waitFor();
  await getByLabel('Data set').selectOption({ label: 'MNIST' });
  expect(await getByLabel(/^Resolution/).count()).toBe(0);
  expect(await getByLabel(/^Crop padding/).inputValue()).toBe('3');
  expect(await getByLabel(/^Resized crop to/).count()).toBe(0);
  await getByLabel(/^Resized crop from/).fill('0.08');
  expect(await getByLabel(/^Resized crop to/).inputValue()).toBe('1');
  await getByText(/Random resized crops and a crop padding of 3 were both asked for/)
    .first()
    .waitFor();
});

test('the gathered pass is called an approximation where it is chosen', async () => {
  const note = opened.page.getByText(/exact without BatchNorm only/);
  expect(await note.count()).toBe(0);
  await getByLabel('Arm 3 second pass').selectOption({ label: 'gathered' });
  await note.waitFor();
  await picture(opened.page, 'new-gathered');
});
