import { parseValue } from '../../../shared/axisValues.ts';
import { LabError } from '../../../shared/errors.ts';
import { groundText, isSameGround, slurmSettingsSchema } from '../../../shared/places.ts';
import type { PlaceId, PlaceStatus, SlurmSettings } from '../../../shared/places.ts';
import type { Lab } from '../../lab/lab.ts';
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
    const before = await placeOf(lab);
    const wanted = changes.reduce(changed, before.settings);
    if (!before.isConfirmed && !isSameGround(wanted, slurmSettingsSchema.parse({})))
      throw new LabError(
        'PLACE_NOT_CONFIRMED',
        `Beside what you set, a shell would run what was set by somebody else, or on another machine. Look at it first: esam-lab places confirm ${id}`,
      );
    lab.setPlace(id, wanted);
    const after = await lab.places({});
    await print(settings.json ? JSON.stringify(after) : after.map(textOf).join('\n'));
    return exitCodes.done;
  });

/** `places confirm`: shows what a shell runs there, and allows it. @param isSure - else it only shows it. */
export const confirmPlace = (settings: Settings, id: PlaceId, isSure: boolean): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const place = await placeOf(lab);
    if (isSure) lab.confirmPlace(id, place.settings);
    const verdict =
      isSure || place.isConfirmed ? 'It is confirmed.' : 'It is not confirmed: add --yes if it is as you want it.';
    await print(`A shell there runs what stands here, with your rights.\n${groundText(place.settings)}\n${verdict}`);
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

/** There is one place, which is the one that is asked for. */
const placeOf = async (lab: Pick<Lab, 'places'>): Promise<PlaceStatus> => {
  const [place] = await lab.places({});
  if (place === undefined) throw new LabError('PLACE_UNAVAILABLE', 'The lab knows no place.');
  return place;
};

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
