import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { anImportTenant, header, testImportRows } from '../support/import-row-cases.ts';
import { uploadForCheck, csvOf, shownRows } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();
const importTenant = await anImportTenant(portal);
const { domain } = importTenant.tenant;
const foreign = await aTenant(portal, { domain: 'foreign.example' });
await aUser(portal, foreign, { username: 'ada@foreign.example', displayName: 'Kanarienvogel' });

describe('an import by a Global admin', () => {
  testImportRows(importTenant, 'global', [
    [
      'adds a user with every field',
      ['new@', 'Zoé', 'Besson', 'Zoé B.', 'Billing admin', 'Sales agent', 'French'],
      'To be added',
      /^Administrator level Billing admin Agent level Sales agent Language French$/,
    ],
    ['adds a user with only a first name', ['new@', 'Zoé'], 'To be added', /^—$/],
    ['adds a Global admin', ['new@', 'Zoé', '', '', 'global'], 'To be added', /Global admin/],
    [
      'accepts stable values and labels of any language',
      ['new@', 'Zoé', '', '', 'ABRECHNUNGSADMINISTRATOR', 'agent  commercial', 'Allemand'],
      'To be added',
      /Billing admin Agent level Sales agent Language German/,
    ],
    ['normalizes the user name', ['NEW+1@', 'Zoé'], 'To be added', /—/],
    [
      'changes names',
      ['plain@', 'Zoé', '', 'Zoé B.'],
      'To be changed',
      /^First name Mx Zoé Display name Mx plain Zoé B\.$/,
    ],
    [
      'cleans names up as the form does',
      ['plain@', ' Zo\u0065\u0301\u202E  B '],
      'To be changed',
      /First name Mx Zoé B$/,
    ],
    [
      'changes levels and language',
      ['plain@', '', '', '', 'userManagement', 'helpdesk', 'fr'],
      'To be changed',
      /^Language Same as organization French Administrator level No admin User management admin Agent level No agent Helpdesk agent$/,
    ],
    [
      'removes levels and language',
      ['billing@', '', '', '', 'none', 'none', 'tenant'],
      'To be changed',
      /^Language German Same as organization Administrator level Billing admin No admin Agent level Sales agent No agent$/,
    ],
    ['demotes another Global admin', ['other@', '', '', '', 'none'], 'To be changed', /Global admin No admin/],
    ['leaves fields with empty cells unchanged', ['billing@', '', '', '', '', '', ''], 'Unchanged', /—/],
    [
      'changes nothing if the values are the same',
      ['billing@', 'Mx', 'billing', 'Mx billing', 'billing', 'sales', 'de'],
      'Unchanged',
      /—/,
    ],
    ["changes the administrator's own name", ['global@', '', '', 'Camille'], 'To be changed', /Camille/],
    [
      "cannot change the administrator's own level",
      ['global@', '', '', '', 'none'],
      'Rejected',
      /You can’t change your own roles/,
    ],
    [
      "cannot set the administrator's own agent level",
      ['global@', '', '', '', '', 'admin'],
      'Rejected',
      /You can’t change your own roles/,
    ],
    ['requires a user name', ['', 'Zoé'], 'Rejected', /Enter a user name/],
    ['requires a well-formed user name', ['zoé besson@'], 'Rejected', /User name/],
    ['requires a user name without look-alike characters', ['аdmin@', 'Zoé'], 'Rejected', /User name/],
    ['requires a name for a new user', ['new@'], 'Rejected', /Enter a name/],
    ['requires a name with visible characters', ['new@', '\u200B', '\u202E'], 'Rejected', /Enter a name/],
    [
      'requires a first name within the length limit',
      ['new@', 'x'.repeat(121)],
      'Rejected',
      /First name This entry is too long/,
    ],
    [
      'requires a display name within the length limit',
      ['plain@', '', '', 'x'.repeat(121)],
      'Rejected',
      /Display name This entry is too long/,
    ],
    ['rejects an unknown level', ['new@', 'Zoé', '', '', 'God'], 'Rejected', /“God” isn’t a valid value/],
    ['rejects a level of the other kind', ['new@', 'Zoé', '', '', 'Sales agent'], 'Rejected', /“Sales agent”/],
    ['rejects an unknown language', ['new@', 'Zoé', '', '', '', '', 'Klingon'], 'Rejected', /“Klingon”/],
    [
      'rejects more cells than headings',
      ['new@', 'Zoé', '', '', '', '', '', 'x'],
      'Rejected',
      /more cells than the heading row/,
    ],
    ['does not restore a deleted user', ['deleted@', 'Zoé'], 'Rejected', /was deleted\. That user can be restored/],
    [
      'rejects the user name of a deleted user until it is free again',
      ['gone@', 'Zoé'],
      'Rejected',
      /is already in use/,
    ],
    ['shows hostile values as text', ['<b>x</b>@', '<img src=x onerror=alert(1)>', '{{7*7}}'], 'Rejected', /User name/],
  ]);

  it('does not reveal whether a user of another tenant exists', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(importTenant.global);
    const rows = [];
    for (const name of ['ada@foreign.example', 'nobody@foreign.example', 'nobody@nowhere.example']) {
      await uploadForCheck(admin, csvOf(header, [name, 'Zoé']));
      const [{ line: _line, who: _who, ...row } = { line: '', who: '' }] = shownRows(admin);
      rows.push(row);
      assert.ok(!admin.body.includes('Kanarienvogel'));
    }
    assert.deepEqual(rows, [rows[0], rows[0], rows[0]]);
    assert.match(JSON.stringify(rows[0]), /must end with one of/);
  });

  it('accepts only one row per user name, regardless of spelling', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(importTenant.global);
    await uploadForCheck(admin, csvOf(header, [`new@${domain}`, 'A'], [`NEW@${domain}`, 'B'], [`new@${domain}.`, 'C']));
    assert.deepEqual(
      shownRows(admin).map(({ result, details }) => [result, details]),
      [
        ['To be added', '—'],
        ['Rejected', 'User name This user name also appears in row 2.'],
        ['Rejected', 'User name This user name also appears in row 2.'],
      ],
    );
  });
});

describe('an import by a User management admin', () => {
  testImportRows(importTenant, 'manager', [
    ['adds a user', ['new@', 'Zoé', '', '', 'billing'], 'To be added', /Billing admin/],
    ['cannot add a Global admin', ['new@', 'Zoé', '', '', 'global'], 'Rejected', /Only a Global admin/],
    ['cannot promote a user to Global admin', ['plain@', '', '', '', 'global'], 'Rejected', /Only a Global admin/],
    ['cannot change a Global admin', ['global@', 'Zoé'], 'Rejected', /Global admin/],
    ['changes nothing for a Global admin with the same values', ['global@', 'Mx', '', '', 'global'], 'Unchanged', /—/],
    ['changes another administrator', ['billing@', '', '', '', 'none'], 'To be changed', /No admin/],
    ["cannot change the administrator's own level", ['manager@', '', '', '', 'none'], 'Rejected', /own roles/],
  ]);
});
