import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { PlaceStatus } from '../../shared/places.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** Where runs can be sent besides the lab's own machine. */
export const usePlaces = defineStore('places', () => {
  const { lab } = useConnection();
  const problems = useProblems();
  const places = shallowRef<readonly PlaceStatus[]>([]);
  let reading: Promise<void> | null = null;

  const load = async (): Promise<void> => {
    places.value = (await problems.attempt('Look for places to train at', () => lab.places({}))) ?? places.value;
  };
  return {
    /** Those that answer. */
    answering: computed(() => places.value.filter(({ version }) => version !== null)),
    load,
    /** Asks once: a host behind ssh takes a while to answer. */
    know: (): Promise<void> => (reading ??= load()),
  };
});
