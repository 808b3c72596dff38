import type { Router } from 'vue-router';
import { menuCommands, menuTexts, type MenuCommand } from '../shared/menuCommands.ts';
import { nameOfMethod } from '../shared/method.ts';
import type { RunSummary } from '../shared/run.ts';
import { useQueue } from './stores/queue.ts';
import { useRuns } from './stores/runs.ts';
import { themeChoices, useTheme } from './theme.ts';
import type { useMenuCommands } from './useMenuCommands.ts';
import { views } from './views/index.ts';

/** Something that can be done from anywhere. */
export interface Command {
  readonly name: string;
  /** The keys that do it too. */
  readonly keys?: string;
  readonly act: () => unknown;
}

const menuIds = Object.keys(menuCommands) as MenuCommand[];
/** As they stand on the keyboard: "Ctrl Enter". */
const keysOf = (id: MenuCommand): { keys?: string } => {
  const { keys } = menuTexts(id);
  return keys === undefined ? {} : { keys: keys.replace('CmdOrCtrl+', 'Ctrl ') };
};

/** Keys that are told in the sheet; those of views come from the views. */
export const keySheet: readonly (readonly [keys: string, what: string])[] = [
  ['?', 'This sheet'],
  [`1 – ${views.length}`, 'The views, in the order of the rail'],
  ['Ctrl N', 'New experiment'],
  ...menuIds.flatMap((id): [string, string][] => {
    const { keys } = keysOf(id);
    return keys === undefined ? [] : [[keys, menuTexts(id).name]];
  }),
  ['↑ ↓ Home End', 'In a table, the same place in another row'],
  ['Ctrl 0, +, −', 'Size of everything'],
];

const mostRuns = 12;

/** Commands that fit what was typed: every word must be in the name. Runs are found by number, method or experiment. */
export const useCommands = (
  router: Router,
  menu: ReturnType<typeof useMenuCommands>,
): ((typed: string) => Command[]) => {
  const queue = useQueue();
  const runs = useRuns();
  const { choice } = useTheme();
  /** What would change nothing, or is the palette itself. */
  const isIdle = (id: MenuCommand): boolean =>
    id === 'commands' ||
    (id === 'pauseQueue' && queue.isPaused) ||
    (id === 'startQueue' && !queue.isPaused && queue.awaitingStart.size === 0);
  const fixed = (): Command[] => [
    ...views.map(({ name, path }, index) => ({ name, keys: String(index + 1), act: () => router.push(path) })),
    ...menuIds.filter((id) => !isIdle(id)).map((id) => ({ name: menuTexts(id).name, ...keysOf(id), act: menu[id] })),
    { name: 'How it is measured', act: () => router.push('/measured') },
    ...themeChoices.map((theme) => ({ name: `Theme: ${theme}`, act: () => (choice.value = theme) })),
  ];
  /** The newest first; before all, the one whose number was typed. */
  const ofRuns = (words: readonly string[]): Command[] => {
    const all = (runs.runs ?? []).toReversed();
    const isNumbered = ({ id }: RunSummary): boolean => words.includes(String(id));
    return [...all.filter(isNumbered), ...all.filter((run) => !isNumbered(run))].map(
      ({ id, config, experimentName, state }) => ({
        name: `Run ${id}: ${nameOfMethod(config.optimizer)}, seed ${config.seed}, ${experimentName}, ${state}`,
        act: () => router.push(`/runs/${id}`),
      }),
    );
  };
  return (typed) => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ name }: Command): boolean => words.every((word) => name.toLowerCase().includes(word));
    const found = words.length > 0 ? ofRuns(words).filter(fits).slice(0, mostRuns) : [];
    return [...fixed().filter(fits), ...found];
  };
};
