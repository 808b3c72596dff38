import type { RunId } from '../../../shared/run.ts';
import { canonicalJson, groupConfigOf, runConfigSchema } from '../../../shared/runConfig.ts';
import type { Database } from './database.ts';
import { groupHash } from './groupHash.ts';

interface Row {
  id: RunId;
  config: string;
}

/**
 * Writes settings that a former version of the lab did not have yet, at the values it trained with (the schema's defaults), into the
 * configurations of its runs, so that they stay in one group with new runs that train the same.
 */
export const renewConfigs = (database: Database): void => {
  const oneOfEach = database.prepare<[], Row & { hash: string }>(
    'SELECT min(id) AS id, config, group_hash AS hash FROM run GROUP BY group_hash',
  );
  const ofGroup = database.prepare<[string], Row>('SELECT id, config FROM run WHERE group_hash = ?');
  const update = database.prepare('UPDATE run SET config = ?, group_hash = ? WHERE id = ?');
  const renew = ({ id, config }: Row): void => {
    const renewed = runConfigSchema.parse(JSON.parse(config));
    update.run(canonicalJson(renewed), groupHash(groupConfigOf(renewed)), id);
  };
  database.transaction(() => {
    for (const { config, hash } of oneOfEach.all()) {
      const renewed = runConfigSchema.parse(JSON.parse(config));
      if (groupHash(groupConfigOf(renewed)) !== hash) ofGroup.all(hash).forEach(renew);
    }
  })();
};
