import { expect, test } from 'vitest';
import { z } from 'zod';
import { newArm, optimizerSchema } from '../../shared/methods/index.ts';
import { ruleNamed, ruleNames, ruleSchema } from '../../shared/rules/index.ts';
import { choicesOf } from '../../shared/settingPaths.ts';
import { settingOf, settingPaths, settingText } from '../../shared/settings/index.ts';
import { ruleChoices, settingsOfArm } from '../../src-renderer/armSettings.ts';

// A base rule is one file of shared/rules, one of trainer/optimizers/rules, and a line for each: what else there is of it follows.
test.each(ruleNames)('what is shown, entered and refused of the rule %s follows from its file', (name) => {
  const { label, start, hasNesterov } = ruleNamed(name);
  const sgd = newArm('sgd', null);
  const arm = optimizerSchema.parse({ ...sgd, ...start, nesterov: false });
  expect(arm.rule).toEqual(ruleSchema.parse({ name }));

  expect(choicesOf('optimizer.rule.name')).toContain(name);
  expect(settingText('optimizer.rule.name', name)).toBe(label);
  const own = Object.keys(arm.rule).filter((key) => key !== 'name');
  expect(settingsOfArm(arm).rule.map(({ path }) => path)).toEqual(own.map((key) => `rule.${key}`));
  for (const key of own) {
    expect(settingPaths).toContain(`optimizer.rule.${key}`);
    expect(settingOf(`optimizer.rule.${key}`).help).not.toBe('');
  }

  const offered = ruleChoices.filter((choice) => choice.name === name).map(({ nesterov }) => nesterov);
  expect(offered).toEqual(hasNesterov ? [false, true] : [false]);
  const withNesterov = optimizerSchema.safeParse({ ...arm, nesterov: true });
  expect(withNesterov.success).toBe(hasNesterov);
  if (!withNesterov.success) expect(z.prettifyError(withNesterov.error)).toContain(`${label} has no Nesterov momentum`);
});

// m ← μ·m + λ·θ; θ ← θ − η·m has the companion polynomial z² − (1 + μ − ηλ)·z + μ, whose root leaves the unit circle at −1: ηλ = 2(1 + μ).
// AdamW multiplies by 1 − ηλ beside its step: |1 − ηλ| ≥ 1 from ηλ = 2.
test('a weight grows by its own decay from where the recurrence of its rule says', () => {
  expect(ruleNamed('sgd').growsFrom(0.9)).toBeCloseTo(3.8, 12);
  expect(ruleNamed('adamw').growsFrom(0.9)).toBe(2);
});
