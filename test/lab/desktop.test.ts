import { expect, test } from 'vitest';
import { relayedChannel } from '../../src-main/lab/desktop.ts';

test('what a window says while the lab still opens its workspace waits, in order, for the first who listens', () => {
  const channel = relayedChannel(
    () => undefined,
    () => undefined,
  );
  channel.deliver('before');
  channel.deliver('also before');
  const heard: unknown[] = [];
  channel.onMessage((message) => heard.push(message));
  channel.deliver('after');
  channel.onMessage((message) => heard.push(`second listener: ${String(message)}`));
  channel.deliver('last');
  expect(heard).toEqual(['before', 'also before', 'after', 'last', 'second listener: last']);
});
