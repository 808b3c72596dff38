import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import type { RunSummary } from '../shared/run.ts';
import type { MenuItem } from './menuItem.ts';
import { useAnnotations } from './stores/annotations.ts';
import { useMarking } from './useMarking.ts';
import { useRunActions, type RunAction } from './useRunActions.ts';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly runs: readonly RunSummary[];
  readonly areTrashed: boolean;
}

export interface RowMenu {
  readonly place: ShallowRef<Place | null>;
  readonly items: ComputedRef<MenuItem[]>;
  openAt(event: MouseEvent, runs: readonly RunSummary[], areTrashed: boolean): void;
  openBelow(event: MouseEvent, runs: readonly RunSummary[], areTrashed: boolean): void;
  choose(label: string): void;
  close(): void;
}

/** The menu of a row of runs: at the pointer, or below the row's button. */
export const useRowMenu = (): RowMenu => {
  const router = useRouter();
  const annotations = useAnnotations();
  const markRuns = useMarking();
  const actionsOf = useRunActions();
  const place = shallowRef<Place | null>(null);

  const marks = (runs: readonly RunSummary[]): RunAction[] => {
    const ids = runs.map(({ id }) => id);
    const mark = (key: 'starred' | 'archived', on: string, off: string): RunAction => {
      const isOn = ids.every((id) => annotations.of(id)[key]);
      const label = isOn ? off : on;
      return { label, title: label, isOff: false, act: () => markRuns(ids, { [key]: !isOn }) };
    };
    return [mark('starred', 'Star', 'Take the star off'), mark('archived', 'Archive', 'Take out of the archive')];
  };
  const open = (run: RunSummary): RunAction => ({
    ...{ label: 'Open', title: 'Its page', isOff: false },
    act: () => router.push(`/runs/${run.id}`).then(() => false),
  });
  const actions = computed((): RunAction[] => {
    if (place.value === null) return [];
    const { runs, areTrashed } = place.value;
    const [only] = runs;
    return [
      ...(runs.length === 1 && only !== undefined ? [open(only)] : []),
      ...actionsOf(runs, areTrashed),
      ...(areTrashed ? [] : marks(runs)),
    ];
  });
  const close = (): void => {
    place.value = null;
  };
  return {
    place,
    items: computed(() => actions.value.map(({ label, title, isOff }) => ({ key: label, label, title, isOff }))),
    openAt: ({ clientX, clientY }, runs, areTrashed) => {
      place.value = { x: clientX, y: clientY, runs, areTrashed };
    },
    openBelow: ({ currentTarget }, runs, areTrashed) => {
      if (!(currentTarget instanceof HTMLElement)) return;
      const { left, bottom } = currentTarget.getBoundingClientRect();
      place.value = { x: left, y: bottom, runs, areTrashed };
    },
    choose: (label) => {
      const action = actions.value.find((each) => each.label === label);
      close();
      void action?.act();
    },
    close,
  };
};
