// Loaded before everything else and written for any Node: an old one could not even read the TypeScript that follows.
'use strict';
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    'ESAM Lab needs Node 24 or newer, and this is Node ' +
      process.versions.node +
      '. "npm ci" brings a fitting Node for Linux, Windows and Macs with Apple silicon; ' +
      'elsewhere install Node 24, then try again with "npm start", "npm run lab" or "npm test".',
  );
  process.exit(1);
}
