import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { attemptFolderOf, jobFolderNames, spoolOf, taskFolderOf } from '../../src-main/lab/cluster/jobFolder.ts';
import { tasksIn } from '../../src-main/lab/cluster/taskList.ts';
import { squeue } from './slurmAnswers.ts';
import type { Answer, Heard, SeenTask } from './slurmAnswers.ts';

// Plays a cluster as a process of its own: answers as a real one was heard to, and writes into the folders of the tasks what jobs write there.

const [, , folder = '', slots = '', taskS = ''] = process.argv;
const heard = JSON.parse(readFileSync(join(folder, 'heard.json'), 'utf8')) as Heard;
const lines = readFileSync(join(folder, 'spool.jsonl'), 'utf8').match(/.+\n/g) ?? [];
const mostTasks = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(heard.config)?.[1]) - 1;

interface Played {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly tasks: Map<number, SeenTask>;
  isForgotten: boolean;
  /** Of those that train: since when, and how many lines they have told. */
  readonly training: Map<number, { readonly since: number; told: number }>;
}
const arrays: Played[] = [];
let asked: string[] = [];
let isDown = false;

const tell = (array: Played, task: number, until: number): void => {
  const training = array.training.get(task);
  if (training === undefined || until <= training.told) return;
  appendFileSync(spoolOf(taskFolderOf(array.folder, task), 1), lines.slice(training.told, until).join(''));
  training.told = until;
  if (until < lines.length) return;
  array.training.delete(task);
  const node = array.tasks.get(task)?.node ?? null;
  array.tasks.set(task, { state: 'COMPLETED', reason: heard.endedReason, node });
};

const begin = (array: Played, task: number): void => {
  const own = taskFolderOf(array.folder, task);
  writeFileSync(join(array.folder, jobFolderNames.number), `${array.id}\n`);
  writeFileSync(join(own, jobFolderNames.output), '');
  mkdirSync(attemptFolderOf(own, 1), { recursive: true });
  writeFileSync(spoolOf(own, 1), '');
  writeFileSync(join(array.folder, jobFolderNames.begun, `${task}.1`), '');
  array.training.set(task, { since: performance.now(), told: 0 });
  array.tasks.set(task, { state: 'RUNNING', reason: null, node: task % 2 === 0 ? 'n1' : 'n2' });
};

const waitingOf = ({ tasks }: Played): number[] =>
  [...tasks].flatMap(([task, { state }]) => (state === 'PENDING' ? [task] : []));

const look = (): void => {
  for (const array of arrays)
    for (const [task, { since }] of array.training)
      tell(array, task, Math.floor((lines.length * (performance.now() - since)) / (Number(taskS) * 1000)));
  let free = Number(slots) - arrays.reduce((sum, { training }) => sum + training.size, 0);
  if (isDown) return;
  for (const array of arrays)
    for (const task of waitingOf(array).slice(0, Math.max(0, free))) {
      begin(array, task);
      free--;
    }
};

/** Everything ends, and is forgotten. */
const passDay = (): void => {
  for (const array of arrays) {
    for (const task of waitingOf(array)) begin(array, task);
    for (const task of [...array.training.keys()]) tell(array, task, lines.length);
    array.isForgotten = true;
  }
};

const said = (stdout: string): Answer => ({ stdout, stderr: '', code: 0 });

const sbatch = (args: readonly string[]): Answer => {
  if (args.includes('--version')) return said(heard.version);
  const value = (name: string): string => args.find((each) => each.startsWith(`--${name}=`))?.split('=')[1] ?? '';
  const numbers = tasksIn(value('array'));
  if (numbers.length > mostTasks) return heard.tooManyTasks;
  const reason = isDown ? heard.waitingReasons.partitionDown : heard.waitingReasons.busy;
  const tasks = new Map(numbers.map((task) => [task, { state: 'PENDING', reason, node: null }]));
  const id = String(arrays.length + 1);
  arrays.push({ id, tasks, name: value('job-name'), folder: value('chdir'), isForgotten: false, training: new Map() });
  return said(`${id}\n`);
};

const scancel = (jobs: readonly string[]): Answer => {
  for (const job of jobs) {
    const [id, list] = job.split('_');
    const array = arrays.find((each) => each.id === id);
    if (array === undefined) return heard.unknownJob;
    const tasks = list === undefined ? [...array.tasks.keys()] : tasksIn(list.replaceAll(/[[\]]/g, ''));
    for (const task of tasks) {
      const seen = array.tasks.get(task);
      if (seen === undefined || !['PENDING', 'RUNNING'].includes(seen.state)) continue;
      array.training.delete(task);
      array.tasks.set(task, { ...seen, state: 'CANCELLED', reason: heard.cancelledReason });
    }
  }
  return said('');
};

const answers: Readonly<Record<string, (args: readonly string[]) => Answer>> = {
  sbatch,
  scancel,
  squeue: (args) =>
    squeue(
      arrays.filter(({ isForgotten }) => !isForgotten),
      args,
      heard,
    ),
  scontrol: () => said(heard.config),
  sacct: () => said(''),
};
/** What the measurement asks of it besides. */
const controls: typeof answers = {
  'pass-day': () => {
    passDay();
    return said('');
  },
  close: () => {
    isDown = true;
    return said('');
  },
  asked: () => {
    const all = asked;
    asked = [];
    return said(JSON.stringify(all));
  },
  taken: () => said(String(arrays.reduce((sum, { tasks }) => sum + tasks.size, 0))),
  left: () => said(String(arrays.reduce((sum, each) => sum + waitingOf(each).length + each.training.size, 0))),
};

const answer = ([command = '', ...args]: readonly string[]): Answer => {
  const control = controls[command];
  if (control !== undefined) return control(args);
  asked.push(command);
  return answers[command]?.(args) ?? { stdout: '', stderr: `there is no ${command}\n`, code: 127 };
};

setInterval(look, 1000);
createServer({ allowHalfOpen: true }, (connection) => {
  const chunks: Buffer[] = [];
  connection.on('data', (chunk: Buffer) => chunks.push(chunk));
  connection.on('error', () => undefined); // who asked has gone
  connection.on('end', () => {
    connection.end(JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString('utf8')) as string[])));
  });
}).listen(join(folder, 'socket'));
process.on('disconnect', () => process.exit());
