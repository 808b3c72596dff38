import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { noAnnotation, type Annotation, type AnnotationChange } from '../../shared/annotation.ts';
import type { RunId } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** What the user says of runs: tags, notes, stars, and what is archived. */
export const useAnnotations = defineStore('annotations', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const byRun = shallowRef<ReadonlyMap<RunId, Annotation>>(new Map());
  const isRead = ref(false);
  const of = (runId: RunId): Annotation => byRun.value.get(runId) ?? noAnnotation;
  /** Every tag in use, in the order of the alphabet. */
  const tags = computed(() => [...new Set([...byRun.value.values()].flatMap((each) => each.tags))].sort());

  const reading = 'Read tags and notes';
  const failure = problems.failureOf(reading, () => isRead.value);
  const load = async (): Promise<void> => {
    const read = await problems.attempt(reading, () => lab.annotations({}));
    if (!read) return;
    byRun.value = new Map(read.map((each) => [each.runId, each]));
    isRead.value = true;
  };
  /** False when refused. */
  const annotate = async (runIds: readonly RunId[], change: AnnotationChange): Promise<boolean> =>
    (await problems.attempt('Keep tags and notes', () => lab.annotate({ runIds: [...runIds], change }))) !== null;

  onEvent((event) => {
    if (event.type === 'annotationsChanged') void load();
  });
  return { of, tags, failure, load, annotate };
});
