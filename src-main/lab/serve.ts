import { serialize } from 'node:v8';
import type { ZodError } from 'zod';
import type { Channel } from '../../shared/channel.ts';
import { LabError } from '../../shared/errors.ts';
import type { LabErrorCode } from '../../shared/errors.ts';
import { fieldWords } from '../../shared/fieldWords.ts';
import { labApi, labRequestSchema } from '../../shared/labApi.ts';
import type { LabApi, LabInput, LabMethod, LabReply } from '../../shared/labApi.ts';
import { inFileWords } from '../files/fileFailures.ts';
import type { Lab } from './lab.ts';
import { requestLimits } from './requestLimits.ts';
import { eventTelling } from './telling.ts';

/** What clients are answered by: a lab, or what stands in for one. */
type Served = LabApi & Pick<Lab, 'onEvent'>;

const mostBytes = 1_000_000;

/** Each telling has a window drawn anew, with the processor that trains. */
const tellingMs = 1000;

/**
 * Answers a client's requests on this channel and forwards the lab's events to it until it closes. This is the one place where messages
 * from outside come in: each is measured and parsed with the contract's schema before anything looks at it.
 * @param everyMs - how often it is told what happens, at most; a command, which draws nothing, is told at once.
 */
export const serve = (lab: Served, channel: Channel, everyMs = tellingMs): void => {
  const telling = eventTelling(everyMs, (events) => channel.post({ type: 'events', events }));
  const reply = (message: LabReply): void => {
    telling.now(); // what happened before the answer
    channel.post(message);
  };
  const stopListening = lab.onEvent(telling.add);
  channel.onClose(() => {
    stopListening();
    telling.end();
  });
  const limited = requestLimits();
  channel.onMessage((message) => void answer(lab, message, limited).then(reply));
};

const answer = async (lab: Served, message: unknown, limited: ReturnType<typeof requestLimits>): Promise<LabReply> => {
  const problem = sizeProblem(message);
  const request = labRequestSchema.safeParse(problem === null ? message : null);
  if (!request.success) {
    return refusal(idOf(message), 'MESSAGE_INVALID', problem ?? 'This is no request that the lab knows.');
  }
  const { id, method } = request.data;
  const input = labApi[method].input.safeParse(request.data.input, { error: fieldWords });
  if (!input.success)
    return { ...refusal(id, 'CONFIG_INVALID', sentenceOf(input.error)), fields: fieldsOf(input.error) };
  try {
    return { type: 'reply', id, output: await limited(method, () => call(lab, method, input.data)) };
  } catch (error) {
    if (error instanceof LabError) return { ...refusal(id, error.code, error.message), fields: [...error.fields] };
    console.error(`The request ${method} failed:`, error);
    const said = inFileWords(error);
    if (said instanceof LabError) return refusal(id, said.code, said.message);
    return refusal(id, 'INTERNAL', 'The lab met an unexpected error; see its log.');
  }
};

/** `input` was parsed with this method's own schema, which TypeScript cannot follow through the table. */
const call = async (lab: Served, method: LabMethod, input: unknown): Promise<unknown> => {
  const output = await (lab[method] as (input: LabInput<LabMethod>) => Promise<unknown>)(input as LabInput<LabMethod>);
  const contract = labApi[method];
  return 'pack' in contract ? (contract.pack as (output: unknown) => unknown)(output) : output;
};

const sizeProblem = (message: unknown): string | null => {
  try {
    const { byteLength } = serialize(message);
    return byteLength <= mostBytes ? null : `The request has ${byteLength} bytes; the lab takes up to ${mostBytes}.`;
  } catch {
    return 'This is no plain data.';
  }
};

/** The id under which an unreadable request can be refused; 0 if it has none. */
const idOf = (message: unknown): number => {
  if (typeof message !== 'object' || message === null || !('id' in message)) return 0;
  return typeof message.id === 'number' && Number.isSafeInteger(message.id) ? message.id : 0;
};

const refusal = (id: number, code: LabErrorCode, message: string): Extract<LabReply, { type: 'refusal' }> => ({
  type: 'refusal',
  id,
  code,
  message,
  fields: [],
});

const fieldsOf = (error: ZodError): { path: string; message: string }[] =>
  error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

const sentenceOf = (error: ZodError): string => {
  const [first, ...others] = fieldsOf(error);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first?.path === '' || first === undefined ? 'The request' : first.path}: ${first?.message ?? 'invalid'}${more}`;
};
