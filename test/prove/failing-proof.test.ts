import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import SqliteFile from 'better-sqlite3';
import { foundingStep } from '../../tools/prove/flow/moving.ts';
import { prove } from '../../tools/prove/prove.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { run } from '../cli/command.ts';
import { aFolder, proven } from './run-proof.ts';
import { wayIn } from './short-flow.ts';

const shortProof = path.join(import.meta.dirname, 'short-flow-child.ts');

/** A database that forgets to which region it belongs, so that two regions can start on it. */
async function anUnboundDatabase(): Promise<string> {
  const file = path.join(aFolder(), 'one.sqlite');
  await migrate({ kind: 'sqlite', file });
  const database = new SqliteFile(file);
  database.exec('create trigger unbind after insert on deployment begin delete from deployment; end');
  database.close();
  return file;
}

describe('the proof goes red', () => {
  test('where both regions are given one database: the second one does not start', async () => {
    const file = path.join(aFolder(), 'one.sqlite');
    const shared = { PROVE_DATABASE_URLS: `sqlite:${file},sqlite:${file}` };
    const { code, stderr } = await run(['region', 'prove'], shared, '', shortProof);
    assert.equal(code, 1);
    assert.match(stderr, /The region (\w+) did not start: This database belongs to the region \w+, but REGION is \1\./);
  });

  test('where both regions have one database: exit 1, with place and field', async () => {
    const file = await anUnboundDatabase();
    const shared = { PROVE_DATABASE_URLS: `sqlite:${file},sqlite:${file}` };
    const { code, report, page } = await proven([], shared, shortProof);
    assert.deepEqual([code, report.held], [1, false]);
    assert.match(page, /<h1>The isolation did not hold<\/h1>/);
    const words = report.reasons.join('\n');
    assert.match(words, /^Both regions were given the same database\.$/m);
    assert.match(
      words,
      /A canary of \w+ \(user name of the first administrator\) is in \w+: table users, column username/,
    );
    assert.match(words, /The process "server" of \w+: opened the file one\.sqlite of \w+\./);
    assert.match(words, /The step "Start the server and commands of the other region .*was not refused its database/);
  });

  test('where a company that is said to have moved is still at its first region', async () => {
    const report = await prove({
      ...wayIn,
      flow: [
        ...wayIn.flow,
        { steps: [foundingStep], by: 'mover', moment: 'before the move' },
        { steps: [], by: 'mover', standing: 'moved', moment: 'after the move' },
      ],
    });
    const words = report.reasons.join('\n');
    const name = 'A canary of the company that moves \\(name of the company that moves\\) is in worldwide';
    assert.match(words, new RegExp(`^${name}: table tenants, column name, after the move \\(as it is\\)\\.$`, 'm'));
    assert.match(words, /^The directory of worldwide does not name exactly the company domains of germany/m);
    assert.doesNotMatch(words, /before the move|is in germany/);
  });

  test('where a region leads people to another address', async () => {
    const report = await prove({
      ...wayIn,
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
      'The step "Come to the wrong region’s door, by its form and by posting user name and password to it" went wrong in worldwide: the other region’s user was not led to their own door.',
    ]);
  });
});
