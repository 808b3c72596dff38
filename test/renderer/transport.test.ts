import { createPinia, setActivePinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import { shallowRef } from 'vue';
import { browserShell } from '../../src-renderer/browser/shell.ts';
import { useProblems } from '../../src-renderer/stores/problems.ts';
import { connectOver } from '../../src-renderer/transport.ts';

/** A page over a transport that the test plays. */
const openPage = () => {
  const transport = {
    link: shallowRef('open' as const),
    send: () => undefined,
    onReply: () => undefined,
    onLoss: () => undefined,
  };
  return connectOver(transport, browserShell);
};

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
