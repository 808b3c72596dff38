import { connect } from 'node:net';
import type { Answer } from './slurmAnswers.ts';

// What stands for one of Slurm's commands: asks the process that plays the cluster, and says what that says.

const [, , socket = '', ...words] = process.argv;
const connection = connect(socket);
const chunks: Buffer[] = [];
connection.on('data', (chunk: Buffer) => chunks.push(chunk));
connection.on('end', () => {
  const { stdout, stderr, code } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});
connection.end(JSON.stringify(words));
