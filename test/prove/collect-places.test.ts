import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { createCanaries } from '../../tools/prove/canaries.ts';
import { createTexts, folderPlaces, outboxOf } from '../../tools/prove/collect-places.ts';
import type { RunningRegion } from '../../tools/prove/regions.ts';
import { sqliteStores } from '../../tools/prove/stores-sqlite.ts';
import { createMover, createStory } from '../../tools/prove/story.ts';
import { dataDirectory } from '../cli/command.ts';

const link = '/link/ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345';

describe('what a region wrote', () => {
  const said = { output: 'starts\n', commands: [{ name: 'tenant list', text: 'one' }] };
  const region = {
    ...{ id: 'alpha', canaries: createCanaries() },
    ...{ output: () => said.output, commands: () => said.commands },
  } as unknown as RunningRegion;
  const story = createStory(region, () => []);
  const [moving] = createMover(story, story, createCanaries());
  const texts = createTexts(story, sqliteStores(dataDirectory(), null));
  const taken = () => texts().map(({ kind, content }) => [kind, content.toString().trim()]);

  test('is taken once: what came before a moment is not counted to the time after it', () => {
    story.answers.push('early');
    moving.answers.push('of the company');
    assert.deepEqual(taken(), [
      ['log', 'starts'],
      ['answers', 'early\nof the company'],
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

describe('mails in the outbox', () => {
  const folder = dataDirectory();
  mkdirSync(path.join(folder, 'outbox'), { recursive: true });
  for (const [name, text] of Object.entries({ one: 'hello', two: `see ${link}`, three: 'bye', four: `see ${link}` }))
    writeFileSync(path.join(folder, 'outbox', `${name}.eml`), text);

  test('are a place each where they bring a link, and one place else', () => {
    const mails = folderPlaces(folder).filter(({ kind }) => kind === 'mails');
    assert.deepEqual(
      mails.map(({ items, bringsLink = false }) => [items, bringsLink]),
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
