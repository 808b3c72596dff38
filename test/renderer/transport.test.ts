import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shallowRef } from 'vue';
import type { LabReply } from '../../shared/labApi.ts';
import { browserShell } from '../../src-renderer/browser/shell.ts';
import { useProblems } from '../../src-renderer/stores/problems.ts';
import { connectOver } from '../../src-renderer/transport.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A page over a transport that the test plays; `told` are the runs of the events that its listener was told of. */
const openPage = () => {
  const told: number[] = [];
  let receive = (_reply: LabReply): void => undefined;
  const transport = {
    link: shallowRef('open' as const),
    send: () => undefined,
    onReply: (listener: (reply: LabReply) => void) => (receive = listener),
    onLoss: () => undefined,
  };
  const { lab, shell, onEvent } = connectOver(transport, browserShell);
  onEvent((event) => told.push('runId' in event ? event.runId : 0));
  const happen = (runId: number): void =>
    receive({ type: 'event', event: { type: 'logged', runId, line: { at: '2026-01-01', level: 'info', text: '' } } });
  return { lab, shell, told, happen, answer: (reply: LabReply) => receive(reply) };
};

test('events are told at once after a calm, and together a second later where they go on', () => {
  const { told, happen } = openPage();
  happen(1);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([1]);
  happen(2);
  vi.advanceTimersByTime(500);
  happen(3);
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(500);
  expect(told).toEqual([1, 2, 3]);
  vi.advanceTimersByTime(5000);
  happen(4);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([1, 2, 3, 4]);
});

test('what happened before an answer is told before it, once', async () => {
  const { lab, told, happen, answer } = openPage();
  happen(1);
  vi.advanceTimersByTime(1);
  const answered = lab.presets({}).then(() => [...told]);
  happen(2);
  answer({ type: 'reply', id: 1, output: [] });
  expect(await answered).toEqual([1, 2]);
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([1, 2]);
});

test('what the desktop or the browser refuses is said as it is, and only a fault of the window is unexpected', async () => {
  setActivePinia(createPinia());
  const problems = useProblems();
  vi.spyOn(console, 'error').mockReturnValue();
  await problems.attempt('Open the logs', openPage().shell.showLogs);
  await problems.attempt('Count', () => Promise.reject(new TypeError('x is not a number')));
  expect(problems.list.map(({ title, message }) => [title, message])).toEqual([
    ['Open the logs', 'A browser cannot open folders. The log is shown on the Settings page.'],
    ['Count', 'Unexpected: x is not a number'],
  ]);
});
