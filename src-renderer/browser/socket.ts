import { shallowRef } from 'vue';
import { socketPath } from '../../shared/browserPage.ts';
import type { LabRequest } from '../../shared/labApi.ts';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';
import type { LinkState } from '../connection.ts';
import type { Transport } from '../transport.ts';

const retryMs = 1000;

/** The way to the lab of `esam-lab serve`. A connection that is lost is made again; what was asked over it stays unanswered. */
export const socketTransport = (): Transport => {
  const link = shallowRef<LinkState>('open');
  const lossListeners: (() => void)[] = [];
  let onReply = (_reply: unknown): void => undefined;
  let early: LabRequest[] = [];
  let socket: WebSocket | null = null;

  const open = (): void => {
    const opening = new WebSocket(`ws://${location.host}${socketPath}`);
    socket = opening;
    opening.onopen = () => {
      for (const request of early.splice(0)) opening.send(encodeMessage(request));
      link.value = 'open';
    };
    opening.onmessage = ({ data }) => onReply(decodeMessage(String(data)));
    opening.onclose = () => void lose();
  };
  const lose = async (): Promise<void> => {
    early = [];
    if (link.value === 'open') link.value = 'lost';
    for (const listener of lossListeners) listener();
    // A lab that was started anew knows nothing of this page's session.
    const status = await fetch('/index.html', { method: 'HEAD' }).then(
      (response) => response.status,
      () => null,
    );
    link.value = status === 401 ? 'ended' : 'lost';
    setTimeout(open, retryMs);
  };
  open();

  return {
    link,
    send: (request) => {
      if (socket?.readyState === WebSocket.OPEN) return socket.send(encodeMessage(request));
      early.push(request);
      if (link.value !== 'open') {
        early.pop();
        for (const listener of lossListeners) listener();
      }
    },
    onReply: (listener) => (onReply = listener),
    onLoss: (listener) => lossListeners.push(listener),
  };
};
