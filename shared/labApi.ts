import { z } from 'zod';
import { labErrorCodes } from './errors.ts';
import { labEventSchema } from './labEvent.ts';
import { analysisApi } from './requests/analyses.ts';
import { annotationApi } from './requests/annotations.ts';
import { backupApi } from './requests/backups.ts';
import { bundleApi } from './requests/bundles.ts';
import { checkpointApi } from './requests/checkpoints.ts';
import { datasetApi } from './requests/datasets.ts';
import { deviceApi } from './requests/device.ts';
import { downloadApi } from './requests/downloads.ts';
import { keptStateApi } from './requests/keptStates.ts';
import { placeApi } from './requests/places.ts';
import { queueApi } from './requests/queue.ts';
import { resultApi } from './requests/results.ts';
import { resumingApi } from './requests/resuming.ts';
import { runViewApi } from './requests/runViews.ts';
import { studyApi } from './requests/studies.ts';
import { supportApi } from './requests/support.ts';
import { workspaceApi } from './requests/workspace.ts';

/** All that the window and the command line may ask of the lab: input and output of each request. */
export const labApi = {
  ...workspaceApi,
  ...backupApi,
  ...deviceApi,
  ...supportApi,
  ...datasetApi,
  ...downloadApi,
  ...queueApi,
  ...placeApi,
  ...resumingApi,
  ...analysisApi,
  ...resultApi,
  ...checkpointApi,
  ...annotationApi,
  ...runViewApi,
  ...keptStateApi,
  ...studyApi,
  ...bundleApi,
} as const;

export type LabMethod = keyof typeof labApi;
export type LabInput<M extends LabMethod> = z.infer<(typeof labApi)[M]['input']>;
export type LabOutput<M extends LabMethod> = z.infer<(typeof labApi)[M]['output']>;

/** The lab as an object: what its service implements and what the window's bridge offers. */
export type LabApi = { readonly [M in LabMethod]: (input: LabInput<M>) => Promise<LabOutput<M>> };

/** Those of one area. */
export type Requests<Part> = Pick<LabApi, keyof Part & LabMethod>;

/** Window → lab. */
export const labRequestSchema = z.strictObject({
  type: z.literal('request'),
  id: z.number().int().min(1),
  method: z.enum(Object.keys(labApi) as [LabMethod, ...LabMethod[]]),
  input: z.unknown(),
});
/** Lab → window. An error carries no path and no stack. */
export const labReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reply'), id: z.number().int(), output: z.unknown() }),
  z.strictObject({
    type: z.literal('refusal'),
    id: z.number().int(),
    code: z.enum(labErrorCodes),
    message: z.string(),
    /** Dotted field paths with what is wrong there, for CONFIG_INVALID. */
    fields: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  }),
  z.strictObject({ type: z.literal('events'), events: z.array(labEventSchema) }),
]);
export type LabRequest = z.infer<typeof labRequestSchema>;
export type LabReply = z.infer<typeof labReplySchema>;
