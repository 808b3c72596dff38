import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { ColumnWidth, FigureFormat } from '../../shared/figures/figure.ts';
import type { LabFile } from '../../shared/file.ts';
import type { LabInput, LabOutput } from '../../shared/labApi.ts';
import type { StudyReport } from '../../shared/studies/report.ts';
import type { StudyForm } from '../../shared/studies/study.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The paper's tables and figures, and the one that is open. */
export const usePaper = defineStore('paper', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const studies = shallowRef<LabOutput<'studies'> | null>(null);
  const id = ref('table-1');
  const form = ref<StudyForm>('paper');
  const report = shallowRef<StudyReport | null>(null);

  const [reading, readingAll] = ['Read the study', 'Read the studies'];
  /** What is open; null while another one is being read. */
  const open = computed(() => (report.value?.study.id === id.value ? report.value : null));
  const failure = problems.failureOf(reading, () => open.value !== null);
  const listFailure = problems.failureOf(readingAll, () => studies.value !== null);

  const loadReport = async (): Promise<void> => {
    const wished = { id: id.value, form: form.value };
    const found = await problems.attempt(reading, () => lab.study(wished));
    if (found && wished.id === id.value && wished.form === form.value) report.value = found;
  };
  const load = async (): Promise<void> => {
    studies.value = (await problems.attempt(readingAll, () => lab.studies({}))) ?? studies.value;
    await loadReport();
  };
  watch([id, form], () => void loadReport());
  const reload = useDebounceFn(load, 500, { maxWait: 2000 });

  /** Queues what is missing of an item, on the engine at hand; answers how many runs. */
  const queueMissing = (
    small: LabInput<'studyExperiments'>['small'],
    engine: 'tensorflow' | 'wasm',
  ): Promise<number | null> =>
    problems.attempt('Queue the missing cells', async () => {
      let count = 0;
      for (const wished of await lab.studyExperiments({ id: id.value, small })) {
        // What was begun goes on with the engine that it has.
        const device = small === 'begun' ? wished.shared.device : { ...wished.shared.device, engine };
        const experiment = { ...wished, shared: { ...wished.shared, device } };
        const planned = await lab.plan(experiment);
        if ((small === null || small === 'begun') && planned.every(({ finishedRunId }) => finishedRunId !== null))
          continue;
        count += (await lab.enqueue(experiment)).runIds.length;
      }
      return count;
    });
  /**
   * Measures the speeds of an item, one after another; answers how many, null where that ended early.
   * @param again - also those that are known.
   */
  const measureSpeeds = (
    small: LabInput<'studyExperiments'>['small'],
    engine: 'tensorflow' | 'wasm',
    again: boolean,
  ): Promise<number | null> =>
    problems.attempt('Measure the speeds', async () => {
      const wished = await lab.studyExperiments({ id: id.value, small, again });
      for (const { shared, ...experiment } of wished) {
        await lab.measureSpeed({
          experiment: { ...experiment, shared: { ...shared, device: { ...shared.device, engine } } },
        });
        await load();
      }
      return wished.length;
    });
  const drawn = (format: FigureFormat, column: ColumnWidth): Promise<LabFile | null> =>
    problems.attempt('Draw the figure', () => lab.exportStudy({ id: id.value, form: form.value, format, column }));

  onEvent((event) => {
    if (
      event.type === 'analysisChanged' ||
      event.type === 'runsChanged' ||
      (event.type === 'runChanged' && event.run.endedAt !== null)
    )
      void reload();
  });
  return { studies, id, form, open, failure, listFailure, load, queueMissing, measureSpeeds, drawn };
});
