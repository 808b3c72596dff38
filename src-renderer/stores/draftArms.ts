import type { Ref } from 'vue';
import { withOverride, type Arm } from '../../shared/arm.ts';
import type { AxisValue } from '../../shared/axisValues.ts';
import type { Experiment } from '../../shared/experiment.ts';
import { copyOf, newArm, type MethodId } from '../../shared/methods/index.ts';
import { withChosenTimes } from '../../shared/methods/when.ts';
import { ruleNamed, type RuleName } from '../../shared/rules/index.ts';
import { withField } from '../../shared/settingFields.ts';

/** What the form does to the arms of the experiment being written. */
export const draftArms = (draft: Ref<Experiment | null>) => {
  const addArm = (method: MethodId): void => {
    draft.value?.arms.push(newArm(method, draft.value.arms.findLast((arm) => 'rho' in arm) ?? null));
  };
  const changeArm = (index: number, change: (arm: Arm) => Arm): void => {
    const arm = draft.value?.arms[index];
    if (arm) draft.value?.arms.splice(index, 1, change(arm));
  };
  const setMethod = (index: number, method: MethodId): void => {
    changeArm(index, (arm) => ({ ...newArm(method, arm), ...(arm.overrides && { overrides: { ...arm.overrides } }) }));
  };
  const setArmSetting = (index: number, path: string, value: unknown): void => {
    changeArm(index, (arm) => {
      const changed = withField(arm, path, value);
      return path === 'when.name' ? withChosenTimes(changed) : changed;
    });
  };
  /** What the arm has instead of what is shared; undefined: that again. */
  const setOverride = (index: number, path: string, value: AxisValue | undefined): void => {
    changeArm(index, (arm) => withOverride(arm, path, value));
  };
  /** What another base rule begins with comes with it: its steps are of another size. */
  const setRule = (index: number, name: RuleName, nesterov: boolean): void => {
    const { start } = ruleNamed(name);
    changeArm(index, (arm) => ({
      ...(arm.rule.name === name ? arm : { ...arm, ...start, rule: { ...start.rule } }),
      nesterov,
    }));
  };
  const duplicateArm = (index: number): void => {
    const arm = draft.value?.arms[index];
    if (arm) draft.value?.arms.splice(index + 1, 0, copyOf(arm));
  };
  const removeArm = (index: number): void => {
    draft.value?.arms.splice(index, 1);
  };

  return { addArm, setMethod, setArmSetting, setOverride, setRule, duplicateArm, removeArm };
};
