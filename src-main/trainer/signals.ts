/**
 * A trainer on the command line leaves signals to its lab, which ends it in order and with a checkpoint: a cluster sends them to every
 * process of a job, and SIGUSR1 would open Node's debugger. It ends with the lab in any case. Imported first, before anything takes time.
 */
if (process.send !== undefined) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined);
}
