import { expect, test } from 'vitest';
import { sharedFieldsOf, type SettingField } from '../../shared/settingFields.ts';
import { otherSettings } from '../../src-renderer/sharedSettings.ts';
import { shared } from '../lab/fixtures/configs.ts';

const field = (path: string): SettingField => ({ path, kind: 'number', value: 1, isNullable: false, choices: [] });

test('a setting that has no place in the form of its own comes in the section of its path', () => {
  const others = otherSettings([field('epochs'), field('device.new'), field('model.new'), field('schedule.new')]);
  const paths = Object.fromEntries(
    Object.entries(others).map(([name, fields]) => [name, fields.map(({ path }) => path)]),
  );
  expect(paths).toEqual({ data: ['model.new'], training: ['schedule.new'], engine: ['device.new'] });
});

test('today every setting that arms share has a place', () => {
  const fields = sharedFieldsOf(shared);
  expect(fields.length).toBeGreaterThan(25);
  expect(otherSettings(fields)).toEqual({ data: [], training: [], engine: [] });
});
