import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { labApi, labReplySchema } from '../../shared/labApi.ts';
import type { LabInput, LabMethod, LabOutput } from '../../shared/labApi.ts';
import { findElectron } from '../../src-main/runtimes/electron/index.ts';

/** A running app with a workspace of its own. */
export interface OpenApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly workspace: string;
  /** Asks the lab over the page's own bridge. */
  ask<M extends LabMethod>(method: M, input: LabInput<M>): Promise<LabOutput<M>>;
  /** Quits, and lets a run that still trains be stopped. */
  quit(): Promise<void>;
}

/** A temporary folder for workspaces and window data; removed by `dispose`. */
export const temporaryHome = async (): Promise<{ folder: string; dispose: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lab-app-'));
  return { folder, dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
};

/**
 * Starts the built app in a real window. The same `home` again is the same workspace again.
 * @param environment - variables on top of this process's.
 * @param folder - of the built app.
 */
export const openApp = async (
  home: string,
  environment: Record<string, string> = {},
  folder = process.cwd(),
): Promise<OpenApp> => {
  const electron = await findElectron();
  const workspace = join(home, 'workspace');
  await mkdir(home, { recursive: true });
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [folder, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: {
      ...definedVariables(),
      ESAM_LAB_NODE: process.execPath,
      ESAM_LAB_NOTICES: electron.notice ?? '',
      ESAM_LAB_WORKSPACE: workspace,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'config', 'state'), // what is confirmed of a cluster's shell
      ...environment,
    },
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  return {
    app,
    page,
    workspace,
    ask: async (method, input) => labApi[method].output.parse(await askOver(page, method, input)) as never,
    quit: async () => {
      await answerQuestions(app, 'Stop training and quit');
      await app.close();
    },
  };
};

/** Answers every question that the app asks from now on with the button of this label; `lastQuestion` says what was asked. */
export const answerQuestions = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate(({ dialog }, wanted) => {
    dialog.showMessageBox = (...parameters: unknown[]) => {
      const { buttons = [], message = '', detail = '' } = parameters.at(-1) as Partial<Electron.MessageBoxOptions>;
      (globalThis as { lastQuestion?: string }).lastQuestion = `${message} ${detail}`;
      return Promise.resolve({ response: buttons.indexOf(wanted), checkboxChecked: false });
    };
  }, label);

export const lastQuestion = (app: ElectronApplication): Promise<string | undefined> =>
  app.evaluate(() => (globalThis as { lastQuestion?: string }).lastQuestion);

let lastId = 1_000_000; // far from the page's own numbers

const askOver = async (page: Page, method: LabMethod, input: unknown): Promise<unknown> => {
  const message = await exchange(page, { type: 'request', id: ++lastId, method, input });
  const reply = labReplySchema.parse(message);
  if (reply.type === 'refusal') throw new Error(`${reply.code}: ${reply.message}`);
  return reply.type === 'reply' ? reply.output : undefined;
};

/** Sends any message with a number to the lab and waits for the answer with that number. */
export const exchange = (page: Page, message: { id: number; [key: string]: unknown }): Promise<unknown> =>
  page.evaluate(
    (sent) =>
      new Promise((resolve, reject) => {
        const bridge = (globalThis as unknown as { esamLab: PageBridge }).esamLab;
        bridge.onReply((reply) => {
          if (reply.id === sent.id) resolve(reply);
        });
        bridge.send(sent);
        setTimeout(() => reject(new Error(`no answer to message ${String(sent.id)} in 30 s`)), 30_000);
      }),
    message,
  );

/** The bridge as a hostile page sees it: it may send anything. */
export interface PageBridge {
  send(message: unknown): void;
  onReply(listener: (reply: { type: string; id?: number; code?: string }) => void): void;
  readonly shell: Record<string, (...input: unknown[]) => Promise<unknown>>;
}

const definedVariables = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
