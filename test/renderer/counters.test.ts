import { expect, test } from 'vitest';
import type { MethodId } from '../../shared/method.ts';
import { newArm } from '../../shared/methods/index.ts';
import { countersOf } from '../../src-renderer/counters.ts';

const namesOf = (id: MethodId): string[] =>
  countersOf({ optimizer: newArm(id, null), epochs: 1 }).map(({ name }) => name);

test('every method that climbs counts how far, also one whose only pass is up there', () => {
  const lacks = (id: MethodId): string[] => namesOf('esam').filter((name) => !namesOf(id).includes(name));
  expect(lacks('esam')).toEqual([]);
  expect(lacks('sam')).toEqual(['Mean Δ, kept', 'Mean Δ, dropped']); // nothing ranks
  expect(lacks('momentum-sam')).toEqual(['‖g₁‖', 'Loss at θ+ε', 'Mean Δ, kept', 'Mean Δ, dropped']); // one pass
  expect(lacks('sgd')).toEqual(['‖g₁‖', '‖ε‖', 'Loss at θ+ε', 'Mean Δ, kept', 'Mean Δ, dropped']);
});
