import { randomUUID } from 'node:crypto';
import type { Database } from '../src/platform/database/database.ts';
import { sha256 } from '../src/platform/database/digest.ts';
import { entryHash, personalDataDigest } from '../src/domain/activity/chain.ts';
import type { ActivityKind } from '../src/domain/activity/groups.ts';

const rowsPerInsert = 500;
const minuteMs = 60_000;
const rareEvery = 100_000;

/**
 * Writes a valid chain of generated entries, one per minute up to the present: half are sign-ins by the first user,
 * half are sign-outs and blocks by other users, and one entry in 100,000 is of a rare kind.
 * @param people the ids of the users, starting with the actor in half of the entries
 */
export async function writeLog(database: Database, tenantId: string, people: readonly string[], count: number) {
  const newest = Date.now();
  let previousHash = '';
  await database.knex.transaction(async (transaction) => {
    for (let from = 0; from < count; from += rowsPerInsert) {
      const rows = [];
      for (let index = from; index < Math.min(from + rowsPerInsert, count); index++) {
        const actor = index % 2 === 0 ? people[0] : people[index % people.length];
        const personal = `{"address":"192.0.2.${index % 256}"}`;
        const [salt, digest] = ['bench', personalDataDigest(personal, 'bench', sha256)];
        const entry = {
          ...{ tenantId, place: index + 1, at: newest - (count - index) * minuteMs, kind: kindOf(index), data: '{}' },
          ...{ actorId: actor ?? null, targetId: people[(index * 7) % people.length] ?? null },
          ...{ requestId: randomUUID(), personalDigest: digest },
        };
        const hash = entryHash(entry, previousHash, sha256);
        rows.push({
          ...{ tenant_id: tenantId, place: entry.place, hash, at: entry.at, kind: entry.kind, data: entry.data },
          ...{ actor_id: entry.actorId, target_id: entry.targetId, request_id: entry.requestId },
          ...{ personal, personal_salt: salt, personal_digest: digest },
        });
        previousHash = hash;
      }
      await transaction('activity').insert(rows);
    }
    await transaction('tenants')
      .where({ id: tenantId })
      .update({ activity_length: count, activity_hash: previousHash });
  });
}

function kindOf(index: number): ActivityKind {
  if (index % rareEvery === rareEvery / 2) return 'tenant.suspended';
  return (['signIn.succeeded', 'signOut', 'signIn.succeeded', 'user.blocked'] as const)[index % 4] ?? 'signOut';
}
