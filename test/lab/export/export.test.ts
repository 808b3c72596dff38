import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import { columnsOf, resultColumns } from '../../../shared/results/columns.ts';
import { resultsText } from '../../../src-main/cli/resultsText.ts';
import { exportTable } from '../../../src-main/lab/export/index.ts';
import { resultsFileSchema } from '../../../src-main/lab/export/json.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

const table = resultsTable(
  [
    groupOf(sgd, [runOf(0, [0.8], { imagesPerSecond: 200 }), runOf(1, [0.9], { imagesPerSecond: 200 })]),
    groupOf(sam, [runOf(0, [0.9], { imagesPerSecond: 100 })]),
  ],
  everyGroup,
);

/** The same table with this label in its first row. */
const labelled = (label: string): ResultsTable => ({
  ...table,
  rows: table.rows.map((row, index) => (index === 0 ? { ...row, label } : row)),
});

const textOf = (source: ResultsTable, format: 'csv' | 'markdown' | 'latex' | 'json'): string =>
  exportTable(source, format, '1.0.0').text;

/** Reads CSV as RFC 4180 says. */
const parseCsv = (text: string): string[][] => {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return lines;
};

const hostile = [
  '=cmd|"/c calc"!A0',
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\\input{/etc/passwd}',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  'a|b\n|c|',
  '\u202egnp.exe\u2066',
  '../../etc/passwd',
  '$^_{}~%#&"\\',
  'https://example.org/@name',
  'x'.repeat(300),
];

describe('CSV', () => {
  test('keeps full precision and fractions, one line a group', () => {
    const [header = [], first = [], ...rest] = parseCsv(textOf(table, 'csv'));
    const value = (name: string): string => first[header.indexOf(name)] ?? 'no such column';
    expect(rest).toHaveLength(1);
    expect(value('best_test_accuracy_mean')).toBe(String((0.8 + 0.9) / 2));
    expect(value('speed_ratio')).toBe('2');
    expect(value('gain_points_mean')).toBe('');
    expect(value('is_accuracy_baseline')).toBe('1');
    expect(JSON.parse(value('config'))).toEqual(table.rows[0]?.config);
  });

  test.each(hostile)('no cell begins like a formula: %j', (label) => {
    const cells = parseCsv(textOf(labelled(label), 'csv')).flat();
    const risky = cells.filter((cell) => /^\s*[=+\-@]|^[\t\r\n]/.test(cell) && Number.isNaN(Number(cell)));
    expect(risky).toEqual([]);
    expect(cells.some((cell) => cell === label || cell === `'${label}`)).toBe(true);
  });

  test('any label comes back whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (label) => {
        const cell = parseCsv(textOf(labelled(label), 'csv'))[1]?.[0];
        expect([label, `'${label}`]).toContain(cell);
      }),
    );
  });
});

describe('Markdown', () => {
  test('prints percent with deviations', () => {
    // One epoch: 0.8 and 0.9: mean 85 %, sd 10/√2 = 7.07 points.
    expect(textOf(table, 'markdown')).toBe(
      [
        '| Method | n | Last test accuracy (%) | Best test accuracy (%) | Gain over SGD, last epoch, 95% CI (points) | ' +
          'Images/s | Speed relative to SAM (%) | Time per epoch (s) | Training time (s) |',
        '| :-- | --: | --: | --: | --: | --: | --: | --: | --: |',
        '| SGD | 2 | 85.00 ± 7.07 | 85.00 ± 7.07 | – | 200 | 200.0 | 2.0 | 2.0 |',
        '| SAM | 1 | 90.00 | 90.00 | +5.00 | 100 | 100.0 | 2.0 | 2.0 |',
        '',
      ].join('\n'),
    );
  });

  test.each(hostile)('a label stays one cell of text: %j', (label) => {
    const lines = textOf(labelled(label), 'markdown').trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(10);
    expect(lines.join('')).not.toMatch(/[<>]|(?<!\\)\]\(|[\u202a-\u202e\u2066-\u2069]|:\/\/|(?<!\\)\[/);
  });
});

describe('LaTeX', () => {
  test('is a booktabs table with escaped signs', () => {
    const text = textOf(table, 'latex');
    expect(text).toMatch(/\\begin\{tabular\}\{lrrrrrrrr\}\n\\toprule\nMethod & n & Last test accuracy \(\\%\) &/);
    expect(text).toContain('SGD & 2 & 85.00 $\\pm$ 7.07 & 85.00 $\\pm$ 7.07 & -- & 200 & 200.0 &');
    expect(text).toMatch(/\\bottomrule\n\\end\{tabular\}\n$/);
  });

  test.each(hostile)('a label runs no command: %j', (label) => {
    const known =
      /\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textquotedbl)\{\}|\\[%&$#_{}]|\$\\pm\$|\$-\$|\{[[\]]\}/g;
    const [, body = ''] = /\\midrule\n([^]*)\\bottomrule/.exec(textOf(labelled(label), 'latex')) ?? [];
    const rest = body
      .replaceAll(known, '')
      .replaceAll(/ \\\\\n/g, '')
      .replaceAll(' & ', '');
    expect(rest).not.toMatch(/[\\{}$%#&~^_[\]\n]/);
  });
});

test('JSON names its version and comes back whole', () => {
  const source = labelled(hostile.join(' '));
  const file = resultsFileSchema.parse(JSON.parse(textOf(source, 'json')));
  expect(file).toMatchObject({ format: 'esam-lab-results', version: 2, labVersion: '1.0.0', table: source });
  const [header = []] = parseCsv(textOf(source, 'csv'));
  expect(file.groups.map((group) => Object.keys(group))).toEqual([header, header]);
  expect(file.columns.flatMap(({ names }) => names)).toEqual(header.filter((name) => !name.startsWith('setting: ')));
});

test('a column of the registry stands in every output that it names, under a name of its own', () => {
  const names = resultColumns.flatMap((column) => column.names);
  expect(new Set(names).size).toBe(names.length);
  for (const column of columnsOf('paper', table)) {
    expect(textOf(table, 'markdown')).toContain(column.header(table));
    expect(textOf(table, 'latex')).toContain(column.header(table).replaceAll('%', '\\%'));
  }
  expect(resultsText(table)).toContain('Last test accuracy (%)');
});

test('nothing to export is said', () => {
  const empty = {
    ...{ rows: [], speedBaseline: null, accuracyBaseline: null, accuracy: 'last' as const, equalTimeMs: null },
  };
  expect(() => exportTable(empty, 'csv', '1')).toThrow(expect.objectContaining({ code: 'EXPORT_EMPTY' }));
});
