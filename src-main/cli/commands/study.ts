import { analysisKinds } from '../../../shared/analyses/index.ts';
import { settingsWords } from '../../../shared/analyses/words.ts';
import { counted } from '../../../shared/counted.ts';
import type { ColumnWidth, FigureFormat } from '../../../shared/figures/figure.ts';
import type { LabInput } from '../../../shared/labApi.ts';
import type { ModelId } from '../../../shared/runConfig.ts';
import { cellTable } from '../../../shared/studies/cellColumns.ts';
import type { Coverage, StudyReport } from '../../../shared/studies/report.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import type { StudyForm } from '../../../shared/studies/study.ts';
import { onEngineAtHand, tensorflowOf } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { writeFigure, type FigurePlace } from '../figureFiles.ts';
import { followAnalyses } from '../followAnalyses.ts';
import { columns } from '../format.ts';
import { print, say, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import type { Lab } from '../../lab/lab.ts';
import { overheadText } from '../overheadText.ts';
import { trainExperiment } from '../train.ts';
import { measureStudy } from './measureStudy.ts';

const hours = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(2)} h`);
const covered = ({ cellsDone, cells, runsDone, runs }: Coverage): string =>
  cells === 0 ? '–' : `${cellsDone} of ${cells} cells${runs === 0 ? '' : `, ${runsDone} of ${runs} runs`}`;

/** `study list`: the paper's tables and figures, and what has been trained of them. */
export const listStudies = async (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const studies = await lab.studies({});
    if (settings.json) await print(JSON.stringify(studies));
    else {
      const rows = studies.map(({ id, item, title, missing, coverage, small }) => [
        ...[id, `${item}: ${title}`, missing === null ? covered(coverage) : 'the paper’s values only'],
        coverage.cells === 0 || missing !== null ? '–' : hours(coverage.hoursLeft),
        small === null ? '–' : covered(small),
      ]);
      await print(columns([['study', 'what', 'as in the paper', 'hours left', 'small form'], ...rows], 2));
    }
    return exitCodes.done;
  });

const reportText = ({ study, form, label, coverage, cells, overhead, analyses }: StudyReport): string => {
  const { item, title, description, missing, notes, facts } = study;
  const { header, lines } = cellTable(cells);
  return [
    `${item}: ${title} (${label})`,
    description,
    ...(missing === null || form === 'small' ? [] : [missing]),
    ...(cells.length === 0
      ? []
      : [`${covered(coverage)}; hours left: ${hours(coverage.hoursLeft)}`, columns([header, ...lines], 2)]),
    ...(analyses === null
      ? []
      : [
          `${analysisKinds[analyses.settings.kind].label} (${settingsWords(analyses.settings)}): ` +
            `${counted(analyses.done, 'checkpoint')} analysed, ${analyses.missingRunIds.length} trained ones not yet`,
        ]),
    ...(overhead === null ? [] : [covered(coverage), overheadText(study, overhead)]),
    ...(facts === null ? [] : [columns([facts.header, ...facts.lines])]),
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
};

/** `study show`: every cell with the paper's value and ours. */
export const showStudy = async (settings: Settings, id: string, form: StudyForm): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const report = await lab.study({ id, form });
    await print(settings.json ? JSON.stringify(report) : reportText(report));
    return exitCodes.done;
  });

export interface StudyRun {
  /** As in the paper, or the small form that was begun last, as it is. */
  readonly form: StudyForm;
  /** Data set of a new small form; null = none. */
  readonly on: string | null;
  readonly model: ModelId;
  readonly hours: number;
  /** Of the networks of an item whose speeds are measured. */
  readonly width: number;
  /** Of such an item: also what was measured here. */
  readonly again?: boolean;
  readonly install: boolean;
}

/** Trains what is missing of an item. */
const trainStudy = async (
  lab: Lab,
  id: string,
  small: LabInput<'studyExperiments'>['small'],
  install: boolean,
): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.done;
  for (const wished of await lab.studyExperiments({ id, small })) {
    const experiment = small === null ? await onEngineAtHand(lab, wished, install) : wished;
    const planned = await lab.plan(experiment);
    if ((small === null || small === 'begun') && planned.every(({ finishedRunId }) => finishedRunId !== null)) continue;
    say(experiment.name);
    const { exitCode } = await trainExperiment(lab, experiment);
    if (exitCode !== exitCodes.done) code = exitCode;
    if (exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated) break;
  }
  return code;
};

/** `study run`: trains, measures and analyses what is missing of an item, as in the paper or its design on other data. */
export const runStudy = async (
  settings: Settings,
  id: string,
  { on, model, hours: budget, width, again = false, install, ...asked }: StudyRun,
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const { state } = tensorflowOf(await lab.deviceStatus({}));
    const engine = state === 'ready' ? 'tensorflow' : 'wasm';
    const begun = asked.form === 'small' ? ('begun' as const) : null;
    const small = on === null ? begun : ({ datasetId: on, model, hours: budget, width, engine } as const);
    const form = small === null ? 'paper' : 'small';
    const { study } = await lab.study({ id, form });
    let code = isMeasured(study)
      ? await measureStudy(lab, id, small, { budget, again, install })
      : await trainStudy(lab, id, small, install);
    if (code === exitCodes.done) code = await analyseStudy(lab, id, form);
    const report = await lab.study({ id, form });
    await print(settings.json ? JSON.stringify(report) : reportText(report));
    return code;
  });

/** Analyses the trained checkpoints that a study draws and that have not been. */
const analyseStudy = async (lab: Lab, id: string, form: StudyForm): Promise<ExitCode> => {
  const { analyses } = await lab.study({ id, form });
  if (analyses === null || analyses.missingRunIds.length === 0) return exitCodes.done;
  const { settings, missingRunIds } = analyses;
  const asked = missingRunIds.map((runId) => ({ runId, settings, rowsDone: 0 }));
  const start = async (): Promise<number[]> => (await lab.analyse({ runIds: missingRunIds, settings })).ids;
  return (await followAnalyses(lab, asked, start)).exitCode;
};

/** `study draw`: the figure of an item, with its LaTeX and its data beside it. */
export const drawStudy = async (
  settings: Settings,
  id: string,
  { form, format, column, ...place }: FigurePlace & { form: StudyForm; format: FigureFormat; column: ColumnWidth },
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    await writeFigure(settings, place, [format], (each) => lab.exportStudy({ id, form, format: each, column }));
    return exitCodes.done;
  });
