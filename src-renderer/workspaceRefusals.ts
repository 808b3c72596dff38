import type { LabErrorCode } from '../shared/errors.ts';

export interface WorkspaceRefusal {
  readonly title: string;
  readonly expected: string;
  /** What the user can do, in the order to try it. */
  readonly advice: readonly string[];
  /** Opening it once more may go better. */
  readonly isRetried: boolean;
}

const otherFolder = 'Or start the app with ESAM_LAB_WORKSPACE set to another folder; this one stays as it is.';

const known: Partial<Readonly<Record<LabErrorCode, WorkspaceRefusal>>> = {
  WORKSPACE_NEWER: {
    title: 'This workspace is newer than the app',
    expected:
      'A workspace of this version of ESAM Lab or of an older one. Older ones are brought up to date, with a backup first.',
    advice: [
      'Update ESAM Lab, or open the workspace with the version that wrote it.',
      'A backup from before holds nothing that the newer version has added; the present database is kept if you restore one.',
      otherFolder,
    ],
    isRetried: true,
  },
  WORKSPACE_BUSY: {
    title: 'This workspace is open already',
    expected: 'One ESAM Lab at a time, window or command line: only one may write to a workspace.',
    advice: ['Go on in the other window; or close it, or let the command end, and try again.', otherFolder],
    isRetried: true,
  },
  WORKSPACE_DAMAGED: {
    title: 'The workspace’s database cannot be read',
    expected: 'A whole database, lab.db, in the workspace folder.',
    advice: [
      'Copy the folder as it is to a safe place.',
      'Where backups are listed below: restore the newest. The damaged files are kept in a folder of their own.',
      otherFolder,
    ],
    isRetried: true,
  },
  WORKSPACE_FOREIGN: {
    title: 'This folder belongs to another program',
    expected: 'A workspace of ESAM Lab, or a folder without a lab.db.',
    advice: [
      'Start the app with ESAM_LAB_WORKSPACE set to another folder.',
      'Or move the other program’s lab.db away and try again.',
    ],
    isRetried: true,
  },
  WORKSPACE_UNWRITABLE: {
    title: 'The workspace cannot be written',
    expected: 'A folder and files that this user may change, on a disk with free space.',
    advice: ['Allow writing to the folder and its files, or free some disk space, and try again.', otherFolder],
    isRetried: true,
  },
  RUNTIME_TOO_OLD: {
    title: 'The app runs in a Node that is too old',
    expected: 'Node 22.14 or Electron 36, or newer, for the database.',
    advice: ['Quit the app and start it with “npm start”, which finds a newer Node.'],
    isRetried: false,
  },
};

const unknown: WorkspaceRefusal = {
  title: 'The workspace did not open',
  expected: 'A lab process that opens it and answers.',
  advice: ['Try again; if that does not help, quit the app and start it from a terminal, which shows the error.'],
  isRetried: true,
};

/** What to say about a lab that did not open its workspace, beside what it says itself. */
export const workspaceRefusal = (code: LabErrorCode): WorkspaceRefusal => known[code] ?? unknown;
