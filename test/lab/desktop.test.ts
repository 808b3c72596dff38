import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { portChannel, relayedChannel } from '../../src-main/lab/desktop.ts';

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

test('a window’s own port, which drops what nobody hears once it is started, is started for the first who listens', () => {
  const port = Object.assign(new EventEmitter(), {
    isStarted: false,
    postMessage: () => undefined,
    close: () => undefined,
    start: () => {
      port.isStarted = true;
      port.emit('message', { data: 'before' });
    },
  });
  const channel = portChannel(port);
  expect(port.isStarted).toBe(false);
  const heard: unknown[] = [];
  channel.onMessage((message) => heard.push(message));
  expect(heard).toEqual(['before']);
});
