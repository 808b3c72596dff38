/**
 * The lab's messages as text, for a carrier that has no structured clone: JSON, in which `{"$": …}` stands for what JSON has no word
 * for. The contracts carry plain data only; anything else (a typed array, a date) is refused rather than changed on its way.
 */
const words = new Map<unknown, string>([
  [undefined, 'undefined'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
]);
const meanings = new Map([...words].map(([value, word]) => [word, value]));

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const toJson = (value: unknown): unknown => {
  if (Object.is(value, -0)) return { $: '-0' };
  const word = words.get(value);
  if (word !== undefined) return { $: word };
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return Array.from(value, toJson);
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError('Only plain data can be sent as text.');
  const record = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]));
  return Object.hasOwn(record, '$') ? { $: 'object', value: record } : record;
};

const fromJson = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (!Object.hasOwn(value, '$')) return recordFrom(value);
  const { $: word, value: inner } = value as { $: unknown; value?: unknown };
  if (word === '-0') return -0;
  if (word === 'object' && typeof inner === 'object' && inner !== null) return recordFrom(inner);
  if (typeof word !== 'string' || !meanings.has(word)) throw new SyntaxError('This text is no message of the lab.');
  return meanings.get(word);
};

const recordFrom = (value: object): unknown =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fromJson(inner)]));

/** Whether JSON has words for all of it, as it has for nearly every message. */
const isJson = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return isJsonList(value);
  return isPlain(value) && !Object.hasOwn(value, '$') && Object.values(value).every(isJson);
};
/** With its holes, which are `undefined`. */
const isJsonList = (list: readonly unknown[]): boolean => {
  for (const value of list) if (!isJson(value)) return false;
  return true;
};

/** @throws TypeError for what is no plain data. */
export const encodeMessage = (message: unknown): string => JSON.stringify(isJson(message) ? message : toJson(message));

/** @throws SyntaxError for a text that `encodeMessage` never writes. */
export const decodeMessage = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  return text.includes('"$"') || text.includes(String.raw`\u`) ? fromJson(value) : value;
};
