import { bytesText, countText, durationText, fixedText, rateText, secondsText } from '../shared/numberText.ts';
import type { MeanSd } from '../shared/result.ts';

/** Shown where there is no value. */
export const none = '–';

export const formatCount = (value: number | null): string => (value === null ? none : countText(value));

/** A minus, not a hyphen. */
const withMinus = (text: string): string => text.replaceAll('-', '−');

export const formatFixed = (value: number | null, digits: number): string =>
  value === null ? none : withMinus(fixedText(value, digits));

/** A fraction 0–1 as percent, without the sign (units stand in headers). */
export const formatPercent = (fraction: number | null, digits = 2): string =>
  formatFixed(fraction === null ? null : 100 * fraction, digits);

export const formatSpeed = (imagesPerSecond: number | null): string =>
  imagesPerSecond === null ? none : rateText(imagesPerSecond);

/** A setting or a measured quantity to four significant digits, without trailing zeros; from 1,000 on to the ones. */
export const formatNumber = (value: number | null): string => {
  if (value === null) return none;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000 && size < (Number.isInteger(value) ? 1e7 : 1e6)) return withMinus(countText(value));
  const isShort = Number.isNaN(value) || (size < 1000 && size >= 1e-4);
  return withMinus(isShort ? String(Number(value.toPrecision(4))) : value.toExponential(2).replace('e+', 'e'));
};

/** What changes while it is watched: always four significant digits, so that it does not jump. */
export const formatMeasured = (value: number | null): string => {
  const size = Math.abs(value ?? 0);
  return value !== null && size >= 1e-4 && size < 999.95 ? withMinus(value.toPrecision(4)) : formatNumber(value);
};

/** A loss that was computed and is not there was not finite. */
export const formatLoss = (value: number | null): string => {
  if (value === null || Number.isNaN(value)) return 'NaN';
  return Math.abs(value) < 1e6 ? value.toFixed(4) : formatNumber(value);
};

export const formatMs = (ms: number | null): string => {
  if (ms === null) return none;
  if (ms === 0) return '0';
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
};

/** "0.8 s", "12 s", "1 min 40 s", "2 h 05 min". */
export const formatDuration = (ms: number | null): string => (ms === null ? none : durationText(ms));

/** Of a time that was measured: as exports have it below ten seconds, "0.118 s", "1.23 s". */
export const formatMeasuredDuration = (ms: number | null): string =>
  ms !== null && ms > 0 && ms < 9995 ? `${secondsText(ms)} s` : formatDuration(ms);

/** Of a time that is only estimated: no seconds from ten minutes on. */
export const formatEstimate = (ms: number | null): string => {
  const text = formatDuration(ms);
  return ms === null || ms < 599_500 ? text : formatDuration(60_000 * Math.round(ms / 60_000)).replace(' 00 s', '');
};

/** Mean ± sd of fractions, in percent: "98.12 ± 0.10"; without ± for a single run. */
export const formatMeanSd = ({ mean, sd }: MeanSd): string => {
  if (mean === null) return none;
  return sd === null ? formatPercent(mean) : `${formatPercent(mean)} ± ${formatPercent(sd)}`;
};

export const formatBytes = (bytes: number | null): string => (bytes === null ? none : bytesText(bytes));

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** "23 Nov 17:42" in local time. */
export const formatTime = (iso: string | null): string => {
  if (iso === null) return none;
  const date = new Date(iso);
  return `${day.format(date)} ${clock.format(date)}`;
};

/** "23:40" in local time, or with its day where that is not today. */
export const formatSoon = (at: number, now: number): string => {
  const [date, today] = [new Date(at), new Date(now)];
  const time = clock.format(date);
  return date.toDateString() === today.toDateString() ? time : `${day.format(date)} ${time}`;
};

export const formatClock = (iso: string): string => clockWithSeconds.format(new Date(iso));

const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** "23 Nov 2026 17:42" in local time. */
export const formatMoment = (iso: string): string => {
  const date = new Date(iso);
  return `${dayOfYear.format(date)} ${clock.format(date)}`;
};
