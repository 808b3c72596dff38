/**
 * Files of the stand-in's `resources/app`: what Electron's own default app does with `electron <folder>`, in short.
 * The first argument that is no switch, or `ESAM_LAB_APP`, names the app's folder.
 */
export const standInApp: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'electron-stand-in', version: '0.0.0', main: 'main.js' })}\n`,
  'main.js': `'use strict';
const { app } = require('electron');
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const named = process.argv.slice(1).find((argument) => !argument.startsWith('-')) || process.env.ESAM_LAB_APP;
if (!named) {
  console.error('No app named: start as "electron <folder with package.json>".');
  process.exit(2);
}
const folder = resolve(named);
const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true });
app.setName(productName || name);
if (version) app.setVersion(version);
app.setAppPath(folder);
require(join(folder, main));
`,
};
