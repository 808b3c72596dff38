import { unpackedEnding } from './unpackedName.ts';

/** What may be deleted, under which name, and who does it. Nothing else is ever deleted by the lab. */
interface Removal {
  /** What the entry itself must be called. */
  readonly name: RegExp;
  /** Of a folder: what its files and folders must be called; anything else stays, and the folder around it. Absent: a single file. */
  readonly holds?: RegExp;
}

const checkpointFile = String.raw`epoch-\d{4,}-step-\d{8,}\.ckpt`;
const backupFile = String.raw`lab-\d{8}T\d{6}-schema-\d+\.db`;
const datasetFile = String.raw`(?:train|test)-(?:images|labels)\.u8|dataset\.json|manifest\.jsonl|.*[.]${unpackedEnding.slice(1)}`;

export const removals = {
  /** `lab/checkpoints`: one that the store knows and that need not be kept; `lab/placing`: one whose row did not come about. */
  checkpoint: { name: new RegExp(`^${checkpointFile}$`) },
  /** `lab/checkpoints`: the folder of a run that is no more; anything in it keeps it. */
  emptyRunFolder: { name: /^[1-9]\d{0,14}$/, holds: /^(?!)/ },
  /** `trainer/checkpoints/file`, `lab/checkpoints`, `files/provide`, `lab/placing`: a write that was cut short. */
  unfinishedCheckpoint: { name: new RegExp(`^${checkpointFile}\\.\\d+\\.part$`) },
  /** `lab/cluster/submissionFolders`: what jobs of a cluster were given and have told, once it is stored. */
  submission: {
    name: /^submission-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
    holds: new RegExp(
      String.raw`^(?:job\.sh|number|\d+\.\d+|assignment\.json|stop(?:\.[\da-f-]{36}\.part)?|output\.txt|spool\.jsonl|collected|${checkpointFile}(?:\.\d+\.part)?)$`,
    ),
  },
  /** `lab/cluster/sendingImages`: the list of images as another machine is to have it, once it is there. */
  sentList: { name: /^esam-lab-list-\w{6}$/, holds: /^(?:dataset\.json|manifest\.jsonl)$/ },
  /** `files/trash`: what has lain there for a day. */
  trashed: {
    name: /^\d{8}T\d{9}Z-[\da-f]{8}$/,
    holds: new RegExp(`^(?:${checkpointFile}|${datasetFile}|${backupFile})$`),
  },
  /** `lab/datasets/save`, `lab/datasets/stored`: an import that was cut short, of this process or an earlier one. */
  unfinishedImport: { name: /^\.import-\w{6}$/, holds: new RegExp(`^(?:${datasetFile})$`) },
  /** `lab/placing`: the note of checkpoints that are put in their places before the store knows them. */
  placing: { name: /^\.placing-[\da-f]{8}\.jsonl$/ },
  /** `lab/bundles`: an import that was cut short. */
  unfinishedBundle: { name: /^\.bundle-\w{6}$/, holds: new RegExp(`^checkpoints-\\d+-${checkpointFile}$`) },
  /** `web/uploads`: what a browser has sent for an import that is over, and a file that did not arrive whole. */
  upload: { name: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, holds: /./ },
  unfinishedUpload: { name: /\.[\da-f-]{36}\.part$/ },
  /** `lab/store/backups`: all but the last seven, into the trash. */
  backup: { name: new RegExp(`^${backupFile}$`) },
  /** `lab/store`: a first start, and a backup, that were cut short. */
  unfinishedDatabase: { name: /^lab(?:-[\w-]+)?\.db\.part(?:-(?:wal|shm|journal))?$/ },
  /** `lab/store/inspect`: what SQLite puts beside a database that is only looked at. */
  databaseCompanion: { name: /^lab\.db-(?:wal|shm)$/ },
  /** `lab/store/holder`: who had the workspace open. */
  holder: { name: /^lab\.holder\.json$/ },
  /** `lab/store/openToRead`: the copy of a database that was only looked at; `files/unfinished`: that of a process that was killed. */
  readCopy: { name: /^esam-lab-look-\w{6}$/, holds: /^lab\.db(?:-wal|-shm|-journal)?$/ },
  /** `files/writeWhole`: what could not be written whole; `files/unfinished`: what a process that was killed had written of it. */
  unfinishedText: { name: /\.[\da-f-]{36}\.part$/ },
  /** `files/unfinished`: the note that such a file is being written. */
  unfinishedRecord: { name: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.json$/ },
  /** `runtimes`: TensorFlow libraries that an installation replaces, in the user's cache. */
  library: { name: /^\d[\w.]*-[\w.-]+$/, holds: /./ },
  /** `runtimes/tensorflow/library`: a binding that is made again. */
  binding: { name: /^[\da-f]{16}$/, holds: /./ },
  /** `runtimes`: what installations are unpacked in. */
  staging: { name: /^(?:electron-)?staging-\w{6}$/, holds: /./ },
  /** `runtimes`: wheels that were unpacked, and parts of them whose SHA-256 is wrong. */
  downloads: { name: /^downloads$/, holds: /^[\da-f]{64}\.(?:part|whl)$/ },
  download: { name: /^[\da-f]{64}\.(?:part|whl)$/ },
  /** `runtimes/tensorflow/compileKernels`: what the compiler leaves, libraries for the linker, and a module that does not load. */
  objects: { name: /^objects$/, holds: /\.o$|^libtensorflow_[\w.]+$/ },
  kernelModule: { name: /^esamKernels-[\w.-]+\.node$/ },
  /** `runtimes/electron/standIn`: the foreign app in the package that is unpacked. */
  foreignApp: { name: /^app$/, holds: /./ },
  foreignUpdate: { name: /^app-update\.yml$/ },
  /** `trainer/engine/wasm/module`: kernels that did not compile. */
  unfinishedKernels: { name: /\.wasm\.\d+$/ },
} as const satisfies Readonly<Record<string, Removal>>;
export type RemovalKind = keyof typeof removals;
export const removalOf = (kind: RemovalKind): Removal => removals[kind];
