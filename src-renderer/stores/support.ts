import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { AppLogLine } from '../../shared/appLog.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The lab's own log, and what is sent to somebody who is to help. */
export const useSupport = defineStore('support', () => {
  const { lab, shell } = useConnection();
  const problems = useProblems();
  const log = shallowRef<readonly AppLogLine[] | null>(null);

  const reading = 'Read the lab’s log';
  const failure = problems.failureOf(reading, () => log.value !== null);
  const load = async (): Promise<void> => {
    log.value = (await problems.attempt(reading, () => lab.appLog({}))) ?? log.value;
  };
  const showLogs = (): Promise<unknown> => problems.attempt('Show the logs', () => shell.showLogs());
  /** False when it did not work. */
  const copyDiagnostics = async (): Promise<boolean> =>
    (await problems.attempt('Copy the diagnostics', async () => {
      const { text } = await lab.diagnostics({});
      await shell.copyText(text);
      return true;
    })) === true;

  return { log, failure, load, showLogs, copyDiagnostics };
});
