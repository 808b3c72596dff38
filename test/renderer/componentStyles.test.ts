import buttonStyle from 'naive-ui/es/button/src/styles/index.cssr';
import popoverStyle from 'naive-ui/es/popover/src/styles/index.cssr';
import { expect, test } from 'vitest';
import { rulesOf } from '../../src-renderer/componentStyles.ts';

test('the outermost rules are found, with what is nested in them', () => {
  const text =
    'a { color: red }\n@media (hover) {\n a:hover { color: blue }\n}\n\n@keyframes k { 0% { top: 0 } 100% { top: 1px } }';
  expect(rulesOf(text)).toEqual([
    'a { color: red }',
    '@media (hover) {\n a:hover { color: blue }\n}',
    '@keyframes k { 0% { top: 0 } 100% { top: 1px } }',
  ]);
  expect(rulesOf('')).toEqual([]);
});

test.each([
  ['button', buttonStyle],
  ['popover', popoverStyle],
])('all that the %s brings is in its rules, and each of them is whole', (_, style) => {
  const text = style.render({ bPrefix: '.n-' });
  const rules = rulesOf(text);
  const bare = (css: string): string => css.replace(/\s/g, '');
  expect(bare(rules.join(''))).toBe(bare(text));
  expect(rules.length).toBeGreaterThan(10);
  for (const rule of rules) {
    expect(rule.split('{').length).toBe(rule.split('}').length);
    expect(rule).toMatch(/^[^{}]+\{[^]*\}$/);
  }
});
