import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { groupHash } from '../../../src-main/lab/store/groupHash.ts';
import { esam, sam, shared } from '../fixtures/configs.ts';

test('a group is its whole configuration, but for how closely its runs are observed', () => {
  const config = { ...shared, optimizer: sam };
  const { observe: _, ...plain } = config;
  // As every workspace has it that was written before runs could be observed.
  expect(groupHash(config)).toBe(createHash('sha256').update(canonicalJson(plain)).digest('hex'));
  expect(groupHash({ ...config, observe: 4 })).toBe(groupHash(config));
  const others = [
    { ...config, optimizer: esam },
    { ...config, epochs: config.epochs + 1 },
    { ...config, dataset: { ...config.dataset, identity: '1'.repeat(64) } },
  ].map((each) => groupHash(each));
  expect(new Set([groupHash(config), ...others, groupHash(config, 'a'), groupHash(config, 'b')]).size).toBe(6);
});
