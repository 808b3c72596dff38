import { counted } from './counted.ts';
import { reachesArm, type Axis, type Experiment } from './experiment.ts';
import { groupedBy } from './groupedBy.ts';
import { settingName } from './settings/index.ts';

const valuesOf = ({ path, values }: Axis): string => `${counted(values.length, 'value')} of ${settingName(path)}`;

/**
 * What an experiment's runs are the product of: "3 methods × 2 values of ρ × 1 seed"; "(1 method + 2 methods × 2 values of ρ) × 1 seed"
 * where one of them has no ρ.
 */
export const gridText = (experiment: Experiment): string => {
  const { arms, axes, seeds } = experiment;
  const own = axes.filter((axis) => !arms.every((arm) => reachesArm(experiment, axis, arm)));
  const kinds = groupedBy(arms, (arm) => own.map((axis) => Number(reachesArm(experiment, axis, arm))).join(''));
  const methods = [...kinds.values()].map((alike) => {
    const [first] = alike;
    const theirs = own.filter((axis) => first !== undefined && reachesArm(experiment, axis, first));
    return [counted(alike.length, 'method'), ...theirs.map(valuesOf)].join(' × ');
  });
  const together = axes.filter((axis) => !own.includes(axis)).map(valuesOf);
  return [
    methods.length === 1 ? methods.join() : `(${methods.join(' + ')})`,
    ...together,
    counted(seeds.length, 'seed'),
  ].join(' × ');
};
