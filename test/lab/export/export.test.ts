import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import { methodNames } from '../../../shared/method.ts';
import { comparisonColumns } from '../../../shared/results/gainColumns.ts';
import { columnsOf, resultColumns } from '../../../shared/results/columns.ts';
import { choicesOf } from '../../../shared/settingPaths.ts';
import { settingName, settingPaths, settingText } from '../../../shared/settings/index.ts';
import { resultsText } from '../../../src-main/cli/resultsText.ts';
import { fileStem } from '../../../src-main/lab/export/fileName.ts';
import { escapeLatex } from '../../../src-main/lab/export/latex.ts';
import { workbook } from '../../../src-main/lab/export/workbook.ts';
import { resultsFileSchema } from '../../../src-main/lab/export/json.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { esam, sam, sgd } from '../fixtures/configs.ts';
import { partsOf } from '../bundles/zip.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { exportedText } from '../fixtures/exported.ts';
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

const textOf = exportedText;
/** The same table with this text as a setting of its first row, which has a column of its own. */
const withSetting = (text: string): ResultsTable => ({
  ...table,
  rows: table.rows.map((row, index) => ({ ...row, settings: { schedule: index === 0 ? text : 'cosine' } })),
});

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

  test.each(['-2', '-0.5', '-1e-7', '+3', '-.5'])('a setting %s stays a number', (text) => {
    expect(parseCsv(textOf(withSetting(text), 'csv'))[1]?.at(-1)).toBe(text);
    expect(
      textOf(withSetting(text), 'tsv', { columns: ['n'] })
        .split('\n')[1]
        ?.split('\t')[1],
    ).toBe(text);
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
        '| SGD | 2 | 85.00 ± 7.07 | 85.00 ± 7.07 | – | 200 | 200.0 | 2.00 | 2.00 |',
        // 90 % is the best of two, and printed bold.
        '| SAM | 1 | **90.00** | **90.00** | +5.00 | 100 | 100.0 | 2.00 | 2.00 |',
        '',
        'Accuracies: mean ± one sample standard deviation (n − 1) over n runs, each with a seed of its own. ' +
          'Gain: difference of the means in percentage points, with the 95 % interval of Welch’s t where both have at least two seeds, and not all of them the same accuracy. ' +
          'Images/s: the median over runs. Times: medians over runs, of optimizer steps alone. ' +
          'Bold: the largest mean of its column among groups of the same data.',
        '',
      ].join('\n'),
    );
  });

  test.each(hostile)('a label stays one cell of text: %j', (label) => {
    const lines = textOf(withSetting(label), 'markdown').trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines.slice(0, 4)) expect(line.match(/(?<!\\)\|/g)).toHaveLength(11);
    expect(lines.join('')).not.toMatch(/[<>]|(?<!\\)\]\(|[\u202a-\u202e\u2066-\u2069]|:\/\/|(?<!\\)\[/);
  });
});

describe('LaTeX', () => {
  test('is a booktabs table with escaped signs', () => {
    const text = textOf(table, 'latex');
    expect(text).toMatch(/\\begin\{tabular\}\{lrrrrrrrr\}\n\\toprule\nMethod & n & Last test accuracy \(\\%\) &/);
    expect(text).toContain('SGD & 2 & 85.00 $\\pm$ 7.07 & 85.00 $\\pm$ 7.07 & -- & 200 & 200.0 &');
    expect(text).toContain('SAM & 1 & \\textbf{90.00} & \\textbf{90.00} &');
    expect(text).toMatch(
      /\\bottomrule\n\\end\{tabular\}\n\n\\smallskip\n\{\\footnotesize Accuracies: mean \$\\pm\$ one.*\\par\}\n$/,
    );
  });

  test('of all names of settings, choices and methods nothing is left that its fonts for text lack', () => {
    const names = settingPaths.flatMap((path) => [
      settingName(path),
      ...choicesOf(path).map((choice) => settingText(path, choice)),
    ]);
    const left = [...names, ...Object.values(methodNames)].flatMap(
      (name) => escapeLatex(name).match(/[^ -~’–]/gu) ?? [],
    );
    expect(left).toEqual([]);
  });

  test('settings in which rows differ are columns, and chosen columns the only others', () => {
    const other = groupOf({ ...sam, weightDecay: 0.002 }, [runOf(0, [0.9])]);
    const source = resultsTable([groupOf(sam, [runOf(0, [0.9])]), other], everyGroup);
    const text = textOf(source, 'latex', { columns: ['last_test_accuracy'] });
    expect(text).toContain('Method & Weight decay & Last test accuracy (\\%) \\\\');
    expect(text).toContain(`SAM & ${sam.weightDecay} & \\textbf{90.00}`);
    expect(text).toContain('SAM & 0.002 & \\textbf{90.00}'); // equally good
    const climbs = resultsTable([groupOf(sam, [runOf(0, [0.9])]), groupOf({ ...sam, rho: 0.2 }, [])], everyGroup);
    expect(textOf(climbs, 'latex')).toMatch(/^Method & \$\\rho\$ & /m);
    expect(textOf(climbs, 'markdown')).toMatch(/^\| Method \| ρ \| /); // no capital Ρ, which would be read as a P
    expect(() => textOf(source, 'latex', { columns: ['colour'] })).toThrow('no column "colour"; they have origin, n,');
  });

  test('siunitx gets numbers only: as wide as the widest, ± for uncertainties, intervals beside', () => {
    const source = resultsTable(
      [
        groupOf(sgd, [runOf(0, [0.8], { imagesPerSecond: 12345 }), runOf(1, [0.9], { imagesPerSecond: 12345 })]),
        groupOf(sam, [runOf(0, [0.9]), runOf(1, [0.91])]),
      ],
      everyGroup,
    );
    const text = textOf(source, 'latex', {
      siunitx: true,
      columns: ['last_test_accuracy', 'gain_points', 'images_per_second'],
    });
    // 85 ± 7.07 has three uncertain digits (707); gains have a sign; 12,345 five digits without its comma.
    expect(text).toContain('\\begin{tabular}{lS[table-format=2.2(3)]S[table-format=+1.2]rS[table-format=5]}');
    expect(text).toContain(
      'Method & {Last test accuracy (\\%)} & {Gain over SGD, last epoch, 95\\% CI (points)} & 95\\% CI &',
    );
    expect(text).toMatch(/SGD & 85\.00 \\pm 7\.07 & \{--\} & {2}& 12345 /);
    expect(text).toMatch(/SAM & \\bfseries 90\.50 \\pm 0\.71 & \+5\.50 & \{\[\}\$-\$.*, \+.*\{\]\} &/);
  });

  test.each(hostile)('a label runs no command: %j', (label) => {
    const known =
      /\\textbf\{90\.00\}|\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textquotedbl)\{\}|\\[%&$#_{}]|\$\\pm\$|\$-\$|\{[[\]]\}/g;
    const [, body = ''] = /\\midrule\n([^]*)\\bottomrule/.exec(textOf(withSetting(label), 'latex')) ?? [];
    const rest = body
      .replaceAll(known, '')
      .replaceAll(/ \\\\\n/g, '')
      .replaceAll(' & ', '');
    expect(rest).not.toMatch(/[\\{}$%#&~^_[\]\n]/);
  });
});

test('means of a half are rounded alike in a table, and bold where they are printed as the largest', () => {
  // Means over two seeds, of decimals that binary fractions miss on either side: 100 · 0.26325 is just below 26.325.
  const source = resultsTable(
    [
      groupOf(sgd, [runOf(0, [0.263]), runOf(1, [0.2635])]),
      groupOf(sam, [runOf(0, [0.2633])]),
      groupOf(esam, [runOf(0, [0.2632])]),
    ],
    everyGroup,
  );
  const text = textOf(source, 'markdown', { columns: ['last_test_accuracy'] });
  expect(text).toContain('**26.33 ± 0.04**'); // 0.0005/√2 = 0.0354 points
  expect(text).toContain('| **26.33** |');
  expect(text).toContain('| 26.32 |');
});

test('a test or size of a gain says over whom and of which accuracy it is, and the table what it is', () => {
  const columns = ['hedges_g', 'welch_p', 'paired_gain_points', 'seeds_needed', 'accuracy_at_equal_time'];
  const last = textOf(table, 'markdown', { columns });
  for (const name of ["Hedges' g", "p, Welch's test", 'Seeds needed'])
    expect(last).toContain(`| ${name}: gain over SGD, last epoch |`);
  expect(last).toContain('| Gain over SGD, last epoch, paired by seed, 95% CI (points) |');
  const best = textOf({ ...table, accuracy: 'best', accuracyBaseline: table.speedBaseline }, 'markdown', { columns });
  expect(best).toContain("| Hedges' g: gain over SAM, best epoch |");
  for (const sentence of [
    "Hedges' g: the gain in units of",
    "p, Welch's test: two-sided p of",
    'Equal time: the training',
  ])
    expect(last).toContain(sentence);
  for (const { id, note } of comparisonColumns) expect(note, id).not.toMatch(/: the same,/i);
});

test('small quantities have digits that tell, and a mean as many decimals as its deviation', () => {
  const changes = { epochMs: 52.84, activeMs: 118, peakStepBytes: 6.4e6 };
  const ofGap = (seed: number, samGap: number) => runOf(seed, [0.9], { ...changes, measurements: { samGap } });
  // Mean −1 and sd √2 · 0.25 = 0.3536: two digits of it are hundredths. Mean 2, sd 0. Mean 123.456 and sd √2 · 10 = 14.1: ones.
  const table = resultsTable(
    [
      groupOf(sgd, [ofGap(0, -1.25), ofGap(1, -0.75)]),
      groupOf(sam, [ofGap(0, 2), ofGap(1, 2)]),
      groupOf(esam, [ofGap(0, 113.456), ofGap(1, 133.456)]),
    ],
    everyGroup,
  );
  const text = textOf(table, 'markdown', { columns: ['last_sam_gap', 'peak_step_bytes', 'epoch_ms', 'active_ms'] });
  for (const gap of ['−1.00 ± 0.35', '2.000 ± 0.000', '123 ± 14'])
    expect(text).toContain(`| ${gap} | 0.00640 | 0.053 | 0.118 |`);
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
  expect(() => exportedText(empty, 'csv')).toThrow(expect.objectContaining({ code: 'EXPORT_EMPTY' }));
});

test('TSV has the chosen columns in full precision, and no cell breaks its line or acts', () => {
  for (const text of hostile) {
    const [header = '', first = '', ...rest] = textOf(withSetting(text), 'tsv', { columns: ['last_test_accuracy'] })
      .trimEnd()
      .split('\n');
    expect(header.split('\t')).toEqual(['method', 'schedule', 'last_test_accuracy_mean', 'last_test_accuracy_sd']);
    expect(rest).toHaveLength(1);
    const [method, setting = '', mean] = first.split('\t');
    expect([method, mean]).toEqual(['SGD', String((0.8 + 0.9) / 2)]);
    expect(setting).not.toMatch(/^\s*[=+@-]/);
  }
});

test('a workbook holds chosen columns, all values and their meanings; numbers are numbers and no text is a formula', async () => {
  const { base64, fileName } = await workbook(withSetting('=1+1'), ['last_test_accuracy'], 'quick');
  expect(fileName).toBe('quick-results.xlsx');
  const file = join(temporaryFolder(), fileName);
  writeFileSync(file, Buffer.from(base64, 'base64'));
  const files = new Map([...(await partsOf(file))].map(([name, content]) => [name, content.toString()]));
  expect(files.get('xl/workbook.xml')).toMatch(/Results[^]*All values[^]*Columns/);
  const sheets = [...files].filter(([name]) => name.startsWith('xl/worksheets/sheet')).map(([, text]) => text);
  expect(sheets).toHaveLength(3);
  expect(sheets.join('')).not.toMatch(/<f[ >]/);
  expect(sheets[0]).toContain(`<v>${String((0.8 + 0.9) / 2)}</v>`);
  const strings = files.get('xl/sharedStrings.xml') ?? sheets.join('');
  expect(strings).toContain('=1+1');
});

test('files are named after the one experiment', () => {
  expect(fileStem(['Sweep of β and γ'])).toBe('sweep-of-beta-and-gamma');
  expect(fileStem(['../../etc/passwd'])).toBe('etc-passwd');
  for (const names of [[], ['one', 'two'], ['…'], ['👩‍🔬'], ['\u0301']]) expect(fileStem(names)).toBe('esam-lab');
});

test('files bear names of any script, whole and in one normal form', () => {
  expect(fileStem(['学習率と ρ: 0,05'])).toBe('学習率と-rho-0-05');
  expect(fileStem(['Сравнение МЕТОДОВ'])).toBe('сравнение-методов');
  expect(fileStem(['مقارنة الطرق'])).toBe('مقارنة-الطرق');
  expect(fileStem(['Σύγκριση'])).toBe('σύγκριση'); // a word, no symbols
  expect(fileStem(['e\u0301tude'])).toBe('\u00e9tude'); // as a Mac and as Linux write it
  expect(fileStem(['เปรียบเทียบ'])).toBe('เปรียบเทียบ');
  // Three bytes a character: 26 are 78 bytes, 27 would be 81.
  expect(fileStem(['験'.repeat(200)])).toBe('験'.repeat(26));
  // A letter keeps its marks or goes with them.
  expect(fileStem([`${'a'.repeat(79)}q\u0323x`])).toBe('a'.repeat(79));
  for (const name of ['CON', 'com1', 'LPT³', 'nul']) expect(fileStem([name])).toBe(`experiment-${name.toLowerCase()}`);
});

test('any name whatever gives a name of a file that every system takes', () => {
  const devices = [
    'con',
    'prn',
    'aux',
    'nul',
    ...Array.from('0123456789¹²³').flatMap((place) => [`com${place}`, `lpt${place}`]),
  ];
  const letters = fc.constantFrom(
    '漢',
    'ж',
    'ب',
    'é',
    'e\u0301',
    'ß',
    'İ',
    'ﬁ',
    '𝛒',
    '٣',
    '́',
    '한',
    '-',
    '.',
    '/',
    ' ',
    'β',
    '\ud800',
  );
  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: letters, maxLength: 200 }),
    fc.constantFrom(...devices),
  );
  fc.assert(
    fc.property(names, (name) => {
      const stem = fileStem([name]);
      expect(stem).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u); // no separators, dots, blanks, controls
      expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(80);
      expect(stem).toBe(stem.normalize('NFC'));
      expect(devices).not.toContain(stem);
      expect(Buffer.from(stem).toString('utf8')).toBe(stem);
      // A name that has letters or digits, and room for them, is never the one that all others have.
      if (/[\p{L}\p{N}]/u.test(name) && Buffer.byteLength(name) < 40) expect(stem).not.toBe('esam-lab');
    }),
    { numRuns: 2000 },
  );
});
