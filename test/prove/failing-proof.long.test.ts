import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import SqliteFile from 'better-sqlite3';
import { addMovingTenantStep } from '../../tools/prove/flow/moving.ts';
import { prove } from '../../tools/prove/prove.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { run } from '../cli/command.ts';
import { createFolder, runProof } from './run-proof.ts';
import { shortFlow } from './short-flow.ts';

const shortProof = path.join(import.meta.dirname, 'short-flow-child.ts');

/** Creates a database that never stores its region, so that two regions can start on it. */
async function createUnboundDatabase(): Promise<string> {
  const file = path.join(createFolder(), 'one.sqlite');
  await migrate({ kind: 'sqlite', file });
  const database = new SqliteFile(file);
  database.exec('create trigger unbind after insert on deployment begin delete from deployment; end');
  database.close();
  return file;
}

describe('the proof', () => {
  test('fails if both regions are given the same database, because the second region does not start', async () => {
    const file = path.join(createFolder(), 'one.sqlite');
    const shared = { PROVE_DATABASE_URLS: `sqlite:${file},sqlite:${file}` };
    const { code, stderr } = await run(['region', 'prove'], shared, '', shortProof);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /The region (\w+) did not start: .*: This database belongs to the region \w+, but REGION is \1\./,
    );
  });

  test('exits with 1 and names the place and the field if both regions use the same database', async () => {
    const file = await createUnboundDatabase();
    const shared = { PROVE_DATABASE_URLS: `sqlite:${file},sqlite:${file}` };
    const { code, report, page } = await runProof([], shared, shortProof);
    assert.deepEqual([code, report.held], [1, false]);
    assert.match(page, /<h1>The isolation did not hold<\/h1>/);
    const reasons = report.reasons.join('\n');
    assert.match(reasons, /^Both regions were given the same database\.$/m);
    assert.match(
      reasons,
      /A canary of \w+ \(user name of the first administrator\) was found in \w+: table users, column username/,
    );
    assert.match(reasons, /The process "server" of \w+: opened the file one\.sqlite of \w+\./);
    assert.match(
      reasons,
      /The step "Run the server and commands of the other region .*was not refused another region’s database/,
    );
  });

  test('fails if a moved tenant is still in its former region', async () => {
    const report = await prove({
      ...shortFlow,
      flow: [
        ...shortFlow.flow,
        { steps: [addMovingTenantStep], by: 'movingTenant', moment: 'before the move' },
        { steps: [], by: 'movingTenant', movePhase: 'moved', moment: 'after the move' },
      ],
    });
    const reasons = report.reasons.join('\n');
    const name = 'A canary of the moving tenant \\(name of the moving tenant\\) was found in worldwide';
    assert.match(reasons, new RegExp(`^${name}: table tenants, column name, after the move \\(plain text\\)\\.$`, 'm'));
    assert.match(reasons, /^The directory of worldwide does not list exactly the expected tenant domains of germany/m);
    assert.doesNotMatch(reasons, /before the move|found in germany/);
  });

  test('fails if a region redirects users to a wrong URL', async () => {
    const report = await prove({
      ...shortFlow,
      settings: (region, sites): Record<string, string> => {
        const [own, other] = [
          sites.find(({ plan }) => plan.id === region),
          sites.find(({ plan }) => plan.id !== region),
        ];
        const wrong = `${other?.plan.id ?? ''}=http://127.0.0.1:1,${region}=http://127.0.0.1:${own?.plan.port ?? 0}`;
        return region === 'worldwide' ? { REGION_URLS: wrong } : {};
      },
    });
    assert.deepEqual(report.reasons, [
      'The step "Sign in at the wrong region, through its form and by posting user name and password" failed in worldwide: a user of the other region was not redirected to it.',
    ]);
  });
});
