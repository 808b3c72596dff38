import type { SlurmSettings } from '../../shared/places.ts';
import { groundNames } from '../../shared/places.ts';

type KeysOf<T> = { [Key in keyof SlurmSettings]: SlurmSettings[Key] extends T ? Key : never }[keyof SlurmSettings];

export interface PlaceField {
  readonly key: KeysOf<string | null | readonly string[]>;
  readonly label: string;
  readonly hint?: string;
  readonly help: string;
  readonly placeholder?: string;
  /** One a line. */
  readonly isList: boolean;
  /** Confirmed outside the page. */
  readonly isGround: boolean;
}

const unasked = 'as the cluster does';
const text = (
  key: PlaceField['key'],
  label: string,
  help: string,
  more: Partial<Pick<PlaceField, 'hint' | 'placeholder' | 'isList'>> = {},
): PlaceField => ({
  ...{ key, label, help, isList: false, isGround: groundNames.some((name) => name === key) },
  ...more,
});

/** The fields of a place, in the order of the form. */
export const textFields: readonly PlaceField[] = [
  text('host', 'Host', 'An alias of your own ssh, where Slurm’s commands are. Empty: on this machine.', {
    placeholder: 'this machine',
  }),
  text('folder', 'Folder', 'Where jobs get their folders. Empty: in the workspace.', {
    placeholder: 'in the workspace',
  }),
  text('partition', 'Partition', 'Which part of the cluster; sbatch --partition.', { placeholder: unasked }),
  text('account', 'Account', 'Whose hours are used; sbatch --account.', { placeholder: unasked }),
  text(
    'timeLimit',
    'Time limit',
    'Minutes, or as Slurm writes it. A run goes on in another job where it does not end by then.',
    {
      placeholder: '1:30:00, 2-00:00:00',
    },
  ),
  text('memory', 'Memory', 'Of a job.', { placeholder: '8G' }),
  text('setup', 'Modules', 'Lines of shell before the trainer starts.', {
    hint: 'one a line',
    placeholder: 'module load gcc',
    isList: true,
  }),
  text('options', 'Other options of sbatch', 'Such as a quality of service.', {
    hint: 'one a line',
    placeholder: '--qos=long',
    isList: true,
  }),
  text('container', 'Container', 'Put before the trainer’s command.', { placeholder: 'apptainer exec lab.sif' }),
  text('node', 'Node there', 'The program that runs the trainer. Empty: the lab’s own.', {
    placeholder: 'the lab’s own',
  }),
];

interface PlaceNumber {
  readonly key: KeysOf<number | null>;
  readonly label: string;
  readonly help: string;
  readonly placeholder?: string;
  readonly isNullable: boolean;
}

export const numberFields: readonly PlaceNumber[] = [
  { key: 'cores', label: 'Cores', help: 'Of a job.', placeholder: unasked, isNullable: true },
  { key: 'gpus', label: 'GPUs', help: 'Of a job; 0: none.', isNullable: false },
  {
    key: 'atOnce',
    label: 'Jobs at once',
    help: 'At most so many of this lab.',
    placeholder: 'no limit',
    isNullable: true,
  },
  {
    ...{ key: 'noticeS', label: 'Notice (s)', isNullable: false },
    help: 'So long before its time limit a job keeps a checkpoint and puts itself back into the queue.',
  },
];
