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

test('inline script, eval and foreign sources are refused by the content security policy', async () => {
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
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    await fetch('https://example.com/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    script.remove();
    frame.remove();
    return { seen: [...new Set(seen)].sort(), ran: ['ranInline', 'ranText'].filter((name) => name in globalThis) };
  });
  expect(violations.ran).toEqual([]);
  expect(violations.seen).toEqual(expect.arrayContaining(['connect-src', 'frame-src', 'script-src-elem']));
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
