import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import { chainStart, entryHash, personalDataDigest, type FoundEntry } from '../../src/domain/activity/chain.ts';
import { createFileCheck } from '../../src/core/activity/verify-file.ts';
import {
  beginLine,
  endLine,
  entryLine,
  filteredEndLine,
  filteredEntryLine,
} from '../../src/core/activity/export-format.ts';
import { newTenant, open, sqliteFile } from '../data/databases.ts';

const { database } = await open(sqliteFile());
const scope = await newTenant(database);

function aChain(length: number): FoundEntry[] {
  const entries: FoundEntry[] = [];
  for (let place = 1; place <= length; place++) {
    const personal = `{"address":"192.0.2.${place}"}`;
    const entry = {
      ...{ place, tenantId: scope.tenant.id, at: 1_000 + place, kind: 'signOut', data: '{"x":"\u2028"}' },
      ...{ actorId: 'actor', targetId: null, requestId: `request ${place}` },
      personalDigest: personalDataDigest(personal, 'salt', sha256),
    };
    const hash = entryHash(entry, entries.at(-1)?.hash ?? '', sha256);
    entries.push({ ...entry, hash, personal, personalSalt: 'salt' });
  }
  return entries;
}

const longer = aChain(7).at(-1)!;
const chain = aChain(6);
const last = chain.at(-1)!.hash;
const filter = { user: null, group: 'signIn', from: null, until: null } as const;
const whole = [beginLine(scope, null, chainStart, 0), ...chain.map(entryLine), endLine(6, last)];
const previous = (place: number): string => chain[place - 2]?.hash ?? '';
const part = [
  beginLine(scope, filter, chainStart, 0),
  ...chain.filter(({ place }) => place !== 3).map((entry) => filteredEntryLine(entry, previous(entry.place))),
  filteredEndLine(5),
];

/** @returns the first fault and the number of good entries before it */
function found(lines: readonly string[]): string {
  const [first = '', ...others] = lines.map((line) => line.trimEnd());
  const check = createFileCheck(first, sha256);
  if (check === null) return 'no log';
  let fault = null;
  for (const line of others) fault ??= check.next(line);
  fault ??= check.end();
  return `${check.entries()} good, ${fault === null ? 'no fault' : `${fault.fault} at ${fault.place}`}`;
}

type Edit = (lines: string[]) => void;
const edited = (lines: readonly string[], edit: Edit): string[] => {
  const copy = [...lines];
  edit(copy);
  return copy;
};
const change =
  (index: number, fields: object): Edit =>
  (lines) => {
    lines[index] = JSON.stringify({ ...(JSON.parse(lines[index]!) as object), ...fields });
  };
const drop =
  (index: number): Edit =>
  (lines) =>
    void lines.splice(index, 1);
const swap =
  (one: number, other: number): Edit =>
  (lines) => {
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
  };

const table: [what: string, lines: readonly string[], edit: Edit, expected: string][] = [
  ['whole', whole, () => {}, '6 good, no fault'],
  ['whole, with what is personal erased', whole, change(3, { personal: null, personalSalt: null }), '6 good, no fault'],
  ['whole, a time edited', whole, change(3, { at: 1 }), '2 good, changed at 3'],
  ['whole, a kind edited', whole, change(3, { kind: 'signIn.succeeded' }), '2 good, changed at 3'],
  ['whole, data edited', whole, change(2, { data: '{"x":""}' }), '1 good, changed at 2'],
  ['whole, data spelt otherwise', whole, change(2, { data: '{ "x": "\u2028" }' }), '1 good, changed at 2'],
  ['whole, an actor edited', whole, change(1, { actorId: null }), '0 good, changed at 1'],
  [
    'whole, an address edited',
    whole,
    change(6, { personal: '{"address":"10.0.0.1"}' }),
    '5 good, personalChanged at 6',
  ],
  ['whole, a salt edited', whole, change(6, { personalSalt: 'x' }), '5 good, personalChanged at 6'],
  ['whole, something added to an entry', whole, change(4, { actorName: 'Ada' }), '3 good, unreadable at 4'],
  ['whole, a field taken out', whole, change(4, { requestId: undefined }), '3 good, unreadable at 4'],
  [
    'whole, the tenant edited',
    whole,
    (lines) => void (lines[0] = lines[0]!.replace(scope.tenant.id, 'x')),
    '0 good, changed at 1',
  ],
  ['whole, the first dropped', whole, drop(1), '0 good, missing at 1'],
  ['whole, one dropped', whole, drop(3), '2 good, missing at 3'],
  ['whole, the last dropped', whole, drop(6), '5 good, missing at 6'],
  ['whole, one twice', whole, (lines) => void lines.splice(3, 0, lines[3]!), '3 good, missing at 4'],
  ['whole, two in another order', whole, swap(3, 4), '2 good, missing at 3'],
  ['whole, cut off before the end', whole, drop(7), '6 good, cutOff at 7'],
  ['whole, cut off', whole, (lines) => void lines.splice(4), '3 good, cutOff at 4'],
  [
    'whole, cut off within a line',
    whole,
    (lines) => void lines.splice(4, 9, '{"place":4,"a'),
    '3 good, unreadable at 4',
  ],
  ['whole, nothing but its beginning', whole, (lines) => void lines.splice(1), '0 good, cutOff at 1'],
  ['whole, cut off under another end', whole, (lines) => void lines.splice(4, 3), '3 good, missing at 4'],
  [
    'whole, cut off under an end that fits',
    whole,
    (lines) => void lines.splice(4, 9, endLine(3, last)),
    '3 good, changed at 3',
  ],
  ['whole, something behind its end', whole, (lines) => void lines.push('{}'), '6 good, unreadable at 7'],
  [
    'whole, an entry more behind its end',
    whole,
    (lines) => void lines.push(entryLine(longer)),
    '6 good, unreadable at 7',
  ],
  ['whole, a second end', whole, (lines) => void lines.push(lines[7]!), '6 good, unreadable at 7'],
  ['whole, an empty line', whole, (lines) => void lines.splice(2, 0, ''), '1 good, unreadable at 2'],
  ['whole, called a part', whole, change(0, { begin: { ...begin(whole), filter } }), '0 good, unreadable at 1'],
  ['a part', part, () => {}, '5 good, no fault'],
  ['a part, an entry edited', part, change(3, { at: 1_005 }), '2 good, changed at 4'],
  ['a part, an address edited', part, change(3, { personal: '{}' }), '2 good, personalChanged at 4'],
  ['a part, two in another order', part, swap(3, 4), '3 good, misplaced at 4'],
  ['a part, one twice', part, (lines) => void lines.splice(2, 0, lines[2]!), '2 good, misplaced at 2'],
  ['a part, one between two neighbours replaced', part, change(2, forged()), '1 good, changed at 2'],
  ['a part, one dropped', part, drop(3), '4 good, incomplete at 6'],
  ['a part, cut off', part, drop(6), '5 good, cutOff at 7'],
  ['a part, called whole', part, change(0, { begin: { ...begin(part), filter: null } }), '0 good, unreadable at 1'],
  ['nothing', [], () => {}, 'no log'],
  ['another file', ['{"a":1}'], () => {}, 'no log'],
  ['a later version', whole, change(0, { begin: { ...begin(whole), version: 2 } }), 'no log'],
];

function begin(lines: readonly string[]): object {
  return (JSON.parse(lines[0]!) as { begin: object }).begin;
}

/** An entry that is sound in itself, and does not continue the one before it. */
function forged(): object {
  return { previousHash: 'x', hash: entryHash(chain[1]!, 'x', sha256) };
}

describe('the check of a file', () => {
  for (const [what, lines, edit, expected] of table) {
    it(`finds ${expected}: ${what}`, () => assert.equal(found(edited(lines, edit)), expected));
  }
});
