'use strict';
// What the lab uses of Node 24 and the stand-in's Node 18 lacks; for tests only.
const { freemem, constants } = require('node:os');
const { join } = require('node:path');

const define = (target, name, value) => {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
};
for (const { prototype } of [Array, Object.getPrototypeOf(Uint8Array)]) {
  define(prototype, 'toSorted', function (compare) {
    return this.slice().sort(compare);
  });
  define(prototype, 'toReversed', function () {
    return this.slice().reverse();
  });
}
define(AbortSignal, 'any', (signals) => {
  const any = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) any.abort(signal.reason);
    else signal.addEventListener('abort', () => any.abort(signal.reason), { once: true });
  }
  return any.signal;
});
define(process, 'availableMemory', freemem);
/** @see RFC 1952, 8 */
define(require('node:zlib'), 'crc32', (bytes, before = 0) => {
  let sum = ~before;
  for (const byte of Buffer.from(bytes)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
});

// With the functions of references.cc the database loads.
process.dlopen(
  { exports: {} },
  join(__dirname, 'references.node'),
  constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL,
);
Object.defineProperty(process, 'versions', { value: Object.freeze({ ...process.versions, napi: '10' }) });
