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

/** @returns the first fault and the number of valid entries before it */
function resultOf(lines: readonly string[]): string {
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
  ['complete file', whole, () => {}, '6 good, no fault'],
  [
    'complete file with erased personal data',
    whole,
    change(3, { personal: null, personalSalt: null }),
    '6 good, no fault',
  ],
  ['complete file with an edited timestamp', whole, change(3, { at: 1 }), '2 good, changed at 3'],
  ['complete file with an edited kind', whole, change(3, { kind: 'signIn.succeeded' }), '2 good, changed at 3'],
  ['complete file with edited data', whole, change(2, { data: '{"x":""}' }), '1 good, changed at 2'],
  ['complete file with reformatted data', whole, change(2, { data: '{ "x": "\u2028" }' }), '1 good, changed at 2'],
  ['complete file with an edited actor', whole, change(1, { actorId: null }), '0 good, changed at 1'],
  [
    'complete file with an edited address',
    whole,
    change(6, { personal: '{"address":"10.0.0.1"}' }),
    '5 good, personalChanged at 6',
  ],
  ['complete file with an edited salt', whole, change(6, { personalSalt: 'x' }), '5 good, personalChanged at 6'],
  ['complete file with a field added to an entry', whole, change(4, { actorName: 'Ada' }), '3 good, unreadable at 4'],
  [
    'complete file with a field removed from an entry',
    whole,
    change(4, { requestId: undefined }),
    '3 good, unreadable at 4',
  ],
  [
    'complete file with an edited tenant',
    whole,
    (lines) => void (lines[0] = lines[0]!.replace(scope.tenant.id, 'x')),
    '0 good, changed at 1',
  ],
  ['complete file without its first entry', whole, drop(1), '0 good, missing at 1'],
  ['complete file with one entry missing', whole, drop(3), '2 good, missing at 3'],
  ['complete file without its last entry', whole, drop(6), '5 good, missing at 6'],
  [
    'complete file with a duplicate entry',
    whole,
    (lines) => void lines.splice(3, 0, lines[3]!),
    '3 good, missing at 4',
  ],
  ['complete file with two entries swapped', whole, swap(3, 4), '2 good, missing at 3'],
  ['complete file without its end line', whole, drop(7), '6 good, cutOff at 7'],
  ['complete file truncated between two lines', whole, (lines) => void lines.splice(4), '3 good, cutOff at 4'],
  [
    'complete file truncated within a line',
    whole,
    (lines) => void lines.splice(4, 9, '{"place":4,"a'),
    '3 good, unreadable at 4',
  ],
  ['complete file with only its first line', whole, (lines) => void lines.splice(1), '0 good, cutOff at 1'],
  [
    'complete file truncated, with the original end line',
    whole,
    (lines) => void lines.splice(4, 3),
    '3 good, missing at 4',
  ],
  [
    'complete file truncated, with an end line for the shorter length',
    whole,
    (lines) => void lines.splice(4, 9, endLine(3, last)),
    '3 good, changed at 3',
  ],
  [
    'complete file with an extra line after the end line',
    whole,
    (lines) => void lines.push('{}'),
    '6 good, unreadable at 7',
  ],
  [
    'complete file with an extra entry after the end line',
    whole,
    (lines) => void lines.push(entryLine(longer)),
    '6 good, unreadable at 7',
  ],
  ['complete file with a second end line', whole, (lines) => void lines.push(lines[7]!), '6 good, unreadable at 7'],
  ['complete file with an empty line', whole, (lines) => void lines.splice(2, 0, ''), '1 good, unreadable at 2'],
  [
    'complete file relabeled as partial',
    whole,
    change(0, { begin: { ...begin(whole), filter } }),
    '0 good, unreadable at 1',
  ],
  ['partial file', part, () => {}, '5 good, no fault'],
  ['partial file with an edited entry', part, change(3, { at: 1_005 }), '2 good, changed at 4'],
  ['partial file with an edited address', part, change(3, { personal: '{}' }), '2 good, personalChanged at 4'],
  ['partial file with two entries swapped', part, swap(3, 4), '3 good, misplaced at 4'],
  [
    'partial file with a duplicate entry',
    part,
    (lines) => void lines.splice(2, 0, lines[2]!),
    '2 good, misplaced at 2',
  ],
  ['partial file with one of two adjacent entries replaced', part, change(2, forged()), '1 good, changed at 2'],
  ['partial file with one entry missing', part, drop(3), '4 good, incomplete at 6'],
  ['partial file without its end line', part, drop(6), '5 good, cutOff at 7'],
  [
    'partial file relabeled as complete',
    part,
    change(0, { begin: { ...begin(part), filter: null } }),
    '0 good, unreadable at 1',
  ],
  ['empty file', [], () => {}, 'no log'],
  ['unrelated file', ['{"a":1}'], () => {}, 'no log'],
  ['file of a later format version', whole, change(0, { begin: { ...begin(whole), version: 2 } }), 'no log'],
];

function begin(lines: readonly string[]): object {
  return (JSON.parse(lines[0]!) as { begin: object }).begin;
}

/** An entry with a valid hash that does not continue the chain. */
function forged(): object {
  return { previousHash: 'x', hash: entryHash(chain[1]!, 'x', sha256) };
}

describe('verifying an exported activity log', () => {
  for (const [what, lines, edit, expected] of table) {
    it(`reports "${expected}": ${what}`, () => assert.equal(resultOf(edited(lines, edit)), expected));
  }
});
