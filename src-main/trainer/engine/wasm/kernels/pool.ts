import {
  closingAddress,
  countAddress,
  doneAddress,
  failedAddress,
  kernelAddress,
  remainingAddress,
  resultAddress,
  signalAddress,
} from './layout';
import { runTask } from './tasks';
import { setThread } from './task';

// A kernel is a number of tasks. Which thread runs a task is left to chance, what the task does is not: it depends on
// nothing but its number, so results are the same bits whatever the number of threads.

/** How often a thread looks for work before it sleeps (some 20 µs). */
const patience: i32 = 8192;

// Both results are stored: V8 11 (Node 20, Electron 25) leaves a notification out whose result nobody uses.

function wake(address: usize): void {
  store<i32>(resultAddress, atomic.notify(address));
}

/** Until woken, or for so many nanoseconds (−1: without limit). */
function sleep(address: usize, seen: i32, limit: i64): void {
  store<i32>(resultAddress, atomic.wait<i32>(address, seen, limit));
}

/** Claims a task, or gives −1 where none is left. Only after a claim are kernel, count and arguments sure to be the task's own. */
function claim(): i32 {
  let remaining = atomic.load<i32>(remainingAddress);
  while (remaining > 0) {
    const found = atomic.cmpxchg<i32>(remainingAddress, remaining, remaining - 1);
    if (found == remaining) return remaining - 1;
    remaining = found;
  }
  return -1;
}

function work(): void {
  let remaining = claim();
  while (remaining >= 0) {
    const count = load<i32>(countAddress);
    runTask(load<i32>(kernelAddress), count - 1 - remaining);
    if (atomic.add<i32>(doneAddress, 1) == count - 1) wake(doneAddress);
    remaining = claim();
  }
}

/** Runs a kernel whose arguments are in place and waits for it. @returns false where a task found its input wrong. */
export function run(kernel: i32, count: i32): bool {
  store<i32>(failedAddress, 0);
  if (count == 1) {
    runTask(kernel, 0);
    return load<i32>(failedAddress) == 0;
  }
  store<i32>(kernelAddress, kernel);
  store<i32>(countAddress, count);
  atomic.store<i32>(doneAddress, 0);
  atomic.store<i32>(remainingAddress, count);
  atomic.add<i32>(signalAddress, 1);
  wake(signalAddress);
  work();
  for (let turn = 0; turn < patience; turn++) {
    if (atomic.load<i32>(doneAddress) == count) break;
  }
  let done = atomic.load<i32>(doneAddress);
  while (done != count) {
    sleep(doneAddress, done, 100_000_000);
    done = atomic.load<i32>(doneAddress);
  }
  return atomic.load<i32>(failedAddress) == 0;
}

/** What every further thread does until the pool is closed. @param thread - its number, from 1. */
export function serve(thread: i32): void {
  setThread(thread);
  while (atomic.load<i32>(closingAddress) == 0) {
    const seen = atomic.load<i32>(signalAddress);
    work();
    let turn = 0;
    while (turn < patience && atomic.load<i32>(signalAddress) == seen) turn++;
    if (turn == patience) sleep(signalAddress, seen, -1);
  }
}

/** Ends `serve` on all threads. */
export function close(): void {
  atomic.store<i32>(closingAddress, 1);
  atomic.add<i32>(signalAddress, 1);
  wake(signalAddress);
}
