import type { Router } from 'vue-router';
import { nameOfMethod } from '../shared/method.ts';
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

/** Keys that are told in the sheet; those of views come from the views. */
export const keySheet: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl K', 'Commands, views and runs by name'],
  ['?', 'This sheet'],
  [`1 – ${views.length}`, 'The views, in the order of the rail'],
  ['Ctrl N', 'New experiment'],
  ['Ctrl Enter', 'Queue the runs of the form'],
  ['Ctrl F', 'Search in a view'],
  ['Ctrl E', 'Save the table of Compare'],
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
  const fixed = (): Command[] => [
    ...views.map(({ name, path }, index) => ({ name, keys: String(index + 1), act: () => router.push(path) })),
    queue.isPaused ? { name: 'Start queue', act: menu.startQueue } : { name: 'Pause queue', act: menu.pauseQueue },
    { name: 'Queue the runs of the form', keys: 'Ctrl Enter', act: menu.queueForm },
    { name: 'Run the quick comparison', act: menu.quick },
    { name: 'Stop the running run after this epoch', act: menu.stopAfterEpoch },
    { name: 'Stop the running run now', act: menu.stopNow },
    { name: 'Run the self-test', act: menu.selfTest },
    { name: 'Import data…', act: menu.importData },
    { name: 'Import runs…', act: menu.importRuns },
    { name: 'Export all runs as a bundle…', act: menu.exportRuns },
    { name: 'Save the table of Compare', keys: 'Ctrl E', act: menu.exportTable },
    { name: 'Copy diagnostics', act: menu.diagnostics },
    { name: 'How it is measured', act: () => router.push('/measured') },
    { name: 'Keys', keys: '?', act: menu.keys },
    ...themeChoices.map((theme) => ({ name: `Theme: ${theme}`, act: () => (choice.value = theme) })),
  ];
  const ofRuns = (): Command[] =>
    (runs.runs ?? []).toReversed().map(({ id, config, experimentName, state }) => ({
      name: `Run ${id}: ${nameOfMethod(config.optimizer)}, seed ${config.seed}, ${experimentName}, ${state}`,
      act: () => router.push(`/runs/${id}`),
    }));
  return (typed) => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ name }: Command): boolean => words.every((word) => name.toLowerCase().includes(word));
    const found = words.length > 0 ? ofRuns().filter(fits).slice(0, mostRuns) : [];
    return [...fixed().filter(fits), ...found];
  };
};
