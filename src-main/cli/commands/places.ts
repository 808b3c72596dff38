import { parseValue } from '../../../shared/axisValues.ts';
import { LabError } from '../../../shared/errors.ts';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import type { PlaceId, PlaceStatus, SlurmSettings } from '../../../shared/places.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { columns } from '../format.ts';
import { print, say, withLab, withView } from '../session.ts';
import type { Settings } from '../session.ts';

/** `places`: lists where runs can be sent, and how jobs are asked for there. */
export const listPlaces = (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const places = await lab.places({});
    await print(settings.json ? JSON.stringify(places) : places.map(textOf).join('\n'));
    return exitCodes.done;
  });

/** `places set`: changes how jobs are asked for. @param changes - `name=value`; an empty value takes it back. */
export const setPlace = (settings: Settings, id: PlaceId, changes: readonly string[]): Promise<ExitCode> =>
  withLab(settings, 'own', async (lab) => {
    const places = await lab.places({});
    const before = places[0]?.settings ?? slurmSettingsSchema.parse({}); // there is one place, which is this
    lab.setPlace(id, changes.reduce(changed, before));
    const after = await lab.places({});
    await print(settings.json ? JSON.stringify(after) : after.map(textOf).join('\n'));
    return exitCodes.done;
  });

/** `places test`: sends a job that tells what it finds there. */
export const testPlace = (settings: Settings, id: PlaceId): Promise<ExitCode> =>
  withLab(settings, 'own', async (lab) => {
    say('Sending a job that tells what it finds there; it is waited for, at most ten minutes.');
    const tested = await lab.testPlace({ id });
    const verdict = tested.works ? 'The place works' : 'The place does not work';
    await print(settings.json ? JSON.stringify(tested) : `${tested.said}\n${verdict}; it took ${tested.seconds} s.`);
    return tested.works ? exitCodes.done : exitCodes.failed;
  });

const names = Object.keys(slurmSettingsSchema.shape);

/** Lists are written with ";" between their items. */
const changed = (settings: SlurmSettings, change: string): SlurmSettings => {
  const at = change.indexOf('=');
  const name = change.slice(0, Math.max(0, at)).trim();
  const text = change.slice(at + 1).trim();
  if (!names.includes(name)) throw wrong(change, `expected name=value with one of these names: ${names.join(', ')}`);
  const before: unknown = Reflect.get(settings, name);
  const isList = Array.isArray(before);
  const items = text === '' ? [] : text.split(';').map((item) => item.trim());
  const tries = isList ? [items] : text === '' ? [undefined, ''] : [text, parseValue(text)];
  const parsed = tries.map((value) => slurmSettingsSchema.safeParse({ ...settings, [name]: value }));
  const found = parsed.find(({ success }) => success)?.data;
  if (found !== undefined) return found;
  throw wrong(change, parsed.at(-1)?.error?.issues[0]?.message ?? 'not understood');
};

const wrong = (change: string, why: string): LabError => new LabError('CONFIG_INVALID', `${change}: ${why}.`);

const textOf = ({ id, version, problem, settings, delayS }: PlaceStatus): string =>
  [
    `${id}: ${version ?? 'does not answer'}${problem === null ? '' : `. ${problem}`}`,
    `What jobs measure is seen here after about ${delayS} s.`,
    columns(Object.entries(settings).map(([name, value]) => [`  ${name}`, shown(value)])),
  ].join('\n');

const shown = (value: SlurmSettings[keyof SlurmSettings]): string => {
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join('; ');
  return value === null || value === '' ? '–' : String(value);
};
