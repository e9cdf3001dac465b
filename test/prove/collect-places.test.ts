import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { createCanaries } from '../../tools/prove/canaries.ts';
import { createOutputCollector, folderPlaces, outboxOf } from '../../tools/prove/collect-places.ts';
import type { RunningRegion } from '../../tools/prove/regions.ts';
import { sqliteStores } from '../../tools/prove/stores-sqlite.ts';
import { createMovingTenantScenarios, createScenario } from '../../tools/prove/scenario.ts';
import { dataDirectory } from '../cli/command.ts';

const link = '/link/ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345';

describe('the output of a region', () => {
  const said = { output: 'starts\n', commands: [{ name: 'tenant list', text: 'one' }] };
  const region = {
    ...{ id: 'alpha', canaries: createCanaries() },
    ...{ output: () => said.output, commands: () => said.commands },
  } as unknown as RunningRegion;
  const scenario = createScenario(region, () => []);
  const [moving] = createMovingTenantScenarios(scenario, scenario, createCanaries());
  const texts = createOutputCollector(scenario, sqliteStores(dataDirectory(), null));
  const taken = () => texts().map(({ kind, content }) => [kind, content.toString().trim()]);

  test('is collected once, so that each snapshot contains only what is new', () => {
    scenario.answers.push('early');
    moving.answers.push('of the tenant');
    assert.deepEqual(taken(), [
      ['log', 'starts'],
      ['answers', 'early\nof the tenant'],
      ['commands', 'one'],
    ]);
    said.output += 'goes on\n';
    said.commands.push({ name: 'tenant moves', text: 'two' });
    moving.exports.push({ name: 'a file', text: 'late' });
    assert.deepEqual(taken(), [
      ['log', 'goes on'],
      ['exports', 'late'],
      ['commands', 'two'],
    ]);
  });
});

describe('emails in the outbox', () => {
  const folder = dataDirectory();
  mkdirSync(path.join(folder, 'outbox'), { recursive: true });
  for (const [name, text] of Object.entries({ one: 'hello', two: `see ${link}`, three: 'bye', four: `see ${link}` }))
    writeFileSync(path.join(folder, 'outbox', `${name}.eml`), text);

  test('are separate places if they contain a one-time link, and form a single place otherwise', () => {
    const mails = folderPlaces(folder).filter(({ kind }) => kind === 'mails');
    assert.deepEqual(
      mails.map(({ items, holdsLink = false }) => [items, holdsLink]),
      [
        [2, false],
        [1, true],
        [1, true],
      ],
    );
    assert.equal(outboxOf(folder).length, 4);
    assert.deepEqual(outboxOf(dataDirectory()), []);
  });
});
