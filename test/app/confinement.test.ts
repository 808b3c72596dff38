import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApp, temporaryHome } from './app.ts';
import type { OpenApp, PageBridge } from './app.ts';

// What a fully compromised page can reach: nothing but what the interface itself can do.
let home: Awaited<ReturnType<typeof temporaryHome>>;
let opened: OpenApp;

beforeAll(async () => {
  home = await temporaryHome();
  opened = await openApp(home.folder);
});
afterAll(async () => {
  await opened.quit();
  await home.dispose();
});

test('the page has the frozen bridge and nothing of Node or Electron', async () => {
  const seen = await opened.page.evaluate(() => ({
    frozen: Object.isFrozen((globalThis as unknown as { esamLab: PageBridge }).esamLab),
    globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter((name) => name in globalThis),
  }));
  expect(seen).toEqual({ frozen: true, globals: [] });
});

test('inline script and style, eval and foreign sources are refused by the content security policy', async () => {
  // A script element and a timer's text run as the page's own script; `evaluate` itself is not subject to the policy.
  const violations = await opened.page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'globalThis.ranInline = true';
    document.body.append(script);
    try {
      Reflect.apply(setTimeout, globalThis, ['globalThis.ranText = true', 0]);
    } catch {
      // refusing with an exception is refusing
    }
    const style = document.createElement('style');
    style.textContent = 'body { outline: 7px solid red }';
    const styled = document.createElement('div');
    styled.innerHTML = '<p style="outline: 7px solid red">Not the app’s</p>';
    document.head.append(style);
    document.body.append(styled);
    const looks = [document.body, ...styled.children].map((element) => getComputedStyle(element).outlineWidth);
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    await fetch('https://example.com/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    script.remove();
    for (const each of [style, styled, frame]) each.remove();
    return {
      seen: [...new Set(seen)].sort(),
      ran: ['ranInline', 'ranText'].filter((name) => name in globalThis),
      looks,
    };
  });
  expect(violations.ran).toEqual([]);
  expect(violations.looks).not.toContain('7px');
  const refused = ['connect-src', 'frame-src', 'script-src-elem', 'style-src-attr', 'style-src-elem'];
  expect(violations.seen).toEqual(expect.arrayContaining(refused));
});

test('the app scheme serves the page only', async () => {
  const statuses = await opened.page.evaluate(async () => {
    const paths = [
      'index.html',
      '../../package.json',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '..%5c..%5cpackage.json',
      '/etc/passwd',
      '../main/index.cjs',
    ];
    return Promise.all(paths.map(async (path) => (await fetch(`app://bundle/${path}`)).status));
  });
  expect(statuses).toEqual([200, 404, 404, 404, 404, 404]);
  const otherHost = await opened.page.evaluate(() =>
    fetch('app://other/index.html')
      .then((answer) => answer.status)
      .catch(() => 'refused'),
  );
  expect([404, 'refused']).toContain(otherHost);
});

test('the window stays on its page and opens no other', async () => {
  const { app, page } = opened;
  const before = page.url();
  for (const target of ['https://example.com/', 'file:///etc/passwd', 'app://bundle/other.html', 'data:text/html,x']) {
    await page.evaluate((url) => {
      location.href = url;
    }, target);
    await page.evaluate((url) => {
      const link = document.createElement('a');
      link.href = url;
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.remove();
    }, target);
    expect(await page.evaluate((url) => window.open(url) === null, target)).toBe(true);
  }
  await page.waitForTimeout(500);
  expect(page.url()).toBe(before);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('permissions are denied', async () => {
  const answers = await opened.page.evaluate(async () => {
    const outcome = (attempt: Promise<unknown>): Promise<string> =>
      attempt.then(
        () => 'granted',
        () => 'denied',
      );
    return {
      camera: await outcome(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await outcome(navigator.mediaDevices.getDisplayMedia()),
      location: await outcome(
        new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
      notification: await Notification.requestPermission(),
      clipboardRead: await outcome(navigator.clipboard.readText()),
    };
  });
  expect(answers).toEqual({
    camera: 'denied',
    screen: 'denied',
    location: 'denied',
    notification: 'denied',
    clipboardRead: 'denied',
  });
});

test('no packet leaves the page, whichever way Chromium knows', async () => {
  const heard: string[] = [];
  const udp = createSocket('udp4').on('message', (message) => heard.push(`UDP, ${message.length} bytes`));
  const tcp = createServer((socket) => {
    heard.push('TCP');
    socket.destroy();
  });
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const { port } = udp.address();
  await new Promise<void>((resolve) => tcp.listen(port, '127.0.0.1', resolve));
  try {
    await opened.page.evaluate(async (at) => {
      const http = `http://127.0.0.1:${at}`;
      const attempts: (() => unknown)[] = [
        () => fetch(http, { mode: 'no-cors' }),
        () => navigator.sendBeacon(http, 'x'),
        () => new WebSocket(`ws://127.0.0.1:${at}`),
        () => new EventSource(http),
        () => new Worker(`${http}/worker.js`),
        () => (new Image().src = `${http}/image.png`),
        () => new FontFace('Theirs', `url(${http}/font.woff2)`).load(),
        () => navigator.serviceWorker.register(`${http}/service.js`),
        () => {
          const request = new XMLHttpRequest();
          request.open('POST', http);
          request.send('x');
        },
        ...[
          'preconnect',
          'dns-prefetch',
          'prefetch',
          'prerender',
          'preload',
          'modulepreload',
          'stylesheet',
          'icon',
        ].map((rel) => () => {
          const link = document.createElement('link');
          Object.assign(link, { rel, href: `${http}/${rel}`, as: 'script' });
          document.head.append(link);
        }),
        () => {
          const rules = document.createElement('script');
          rules.type = 'speculationrules';
          rules.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [`${http}/speculated`] }] });
          document.head.append(rules);
        },
        () => {
          const style = document.createElement('style');
          style.textContent = `@import url(${http}/style.css); body { background-image: url(${http}/background.png) }`;
          document.head.append(style);
        },
        () => {
          const form = document.createElement('form');
          Object.assign(form, { action: http, method: 'post' });
          document.body.append(form);
          form.submit();
          form.remove();
        },
        () => {
          const anchor = document.createElement('a');
          Object.assign(anchor, { href: 'app://bundle/index.html#/', ping: http });
          document.body.append(anchor);
          anchor.click();
          anchor.remove();
        },
      ];
      for (const attempt of attempts) {
        try {
          await Promise.race([attempt(), new Promise((resolve) => setTimeout(resolve, 100))]);
        } catch {
          // refused
        }
      }
      const server = (kind: string, transport: string) => ({
        urls: `${kind}:127.0.0.1:${at}?transport=${transport}`,
        username: 'x',
        credential: 'x',
      });
      const connection = new RTCPeerConnection({
        iceServers: [
          { urls: `stun:127.0.0.1:${at}` },
          server('turn', 'udp'),
          server('turn', 'tcp'),
          server('turns', 'tcp'),
        ],
      });
      connection.createDataChannel('x');
      const offer = await connection.createOffer();
      await connection.setLocalDescription(offer);
      // A peer that is said to listen there.
      const other = new RTCPeerConnection();
      await other.setRemoteDescription(offer);
      const answer = await other.createAnswer();
      await other.setLocalDescription(answer);
      await connection.setRemoteDescription(answer);
      for (const [protocol, end] of [
        ['udp', 'typ host'],
        ['tcp', 'typ host tcptype passive'],
      ] as const) {
        const candidate = `candidate:1 1 ${protocol} 2122260223 127.0.0.1 ${at} ${end}`;
        await connection.addIceCandidate({ candidate, sdpMid: '0' }).catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 4000));
      connection.close();
      other.close();
    }, port);
  } finally {
    udp.close();
    tcp.close();
  }
  expect(heard).toEqual([]);
});
