import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { anImportTenant, header, testImportRows } from '../support/import-row-cases.ts';
import { uploadForCheck, csvOf, shownRows } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();
const company = await anImportTenant(portal);
const { domain } = company.tenant;
const foreign = await aTenant(portal, { domain: 'foreign.example' });
await aUser(portal, foreign, { username: 'ada@foreign.example', displayName: 'Kanarienvogel' });

describe('a Global admin’s row', () => {
  testImportRows(company, 'global', [
    [
      'adds a user with everything',
      ['new@', 'Zoé', 'Besson', 'Zoé B.', 'Billing admin', 'Sales agent', 'French'],
      'To be added',
      /^Administrator level Billing admin Agent level Sales agent Language French$/,
    ],
    ['adds a user by a name alone', ['new@', 'Zoé'], 'To be added', /^—$/],
    ['adds a Global admin', ['new@', 'Zoé', '', '', 'global'], 'To be added', /Global admin/],
    [
      'takes stable names and words of any language',
      ['new@', 'Zoé', '', '', 'ABRECHNUNGSADMINISTRATOR', 'agent  commercial', 'Allemand'],
      'To be added',
      /Billing admin Agent level Sales agent Language German/,
    ],
    ['folds the user name', ['NEW+1@', 'Zoé'], 'To be added', /—/],
    [
      'changes names',
      ['plain@', 'Zoé', '', 'Zoé B.'],
      'To be changed',
      /^First name Mx Zoé Display name Mx plain Zoé B\.$/,
    ],
    [
      'tidies a name up as the form does',
      ['plain@', ' Zo\u0065\u0301\u202E  B '],
      'To be changed',
      /First name Mx Zoé B$/,
    ],
    [
      'changes levels and language',
      ['plain@', '', '', '', 'userManagement', 'helpdesk', 'fr'],
      'To be changed',
      /^Language As the organization French Administrator level No admin User management admin Agent level No agent Helpdesk agent$/,
    ],
    [
      'takes levels and language away',
      ['billing@', '', '', '', 'none', 'none', 'tenant'],
      'To be changed',
      /^Language German As the organization Administrator level Billing admin No admin Agent level Sales agent No agent$/,
    ],
    ['demotes another Global admin', ['other@', '', '', '', 'none'], 'To be changed', /Global admin No admin/],
    ['leaves what it leaves empty', ['billing@', '', '', '', '', '', ''], 'Unchanged', /—/],
    [
      'changes nothing by saying what is there',
      ['billing@', 'Mx', 'billing', 'Mx billing', 'billing', 'sales', 'de'],
      'Unchanged',
      /—/,
    ],
    ['changes one’s own name', ['global@', '', '', 'Camille'], 'To be changed', /Camille/],
    ['does not change one’s own level', ['global@', '', '', '', 'none'], 'Refused', /Nobody changes their own levels/],
    [
      'does not give oneself an agent level',
      ['global@', '', '', '', '', 'admin'],
      'Refused',
      /Nobody changes their own levels/,
    ],
    ['needs a user name', ['', 'Zoé'], 'Refused', /Enter a user name/],
    ['needs a well-formed one', ['zoé besson@'], 'Refused', /User name/],
    ['needs one without look-alikes', ['аdmin@', 'Zoé'], 'Refused', /User name/],
    ['needs a name', ['new@'], 'Refused', /Enter a name/],
    ['needs a name that can be seen', ['new@', '\u200B', '\u202E'], 'Refused', /Enter a name/],
    ['needs a name of a sensible length', ['new@', 'x'.repeat(121)], 'Refused', /First name This entry is too long/],
    [
      'does not make a name too long',
      ['plain@', '', '', 'x'.repeat(121)],
      'Refused',
      /Display name This entry is too long/,
    ],
    ['knows no other level', ['new@', 'Zoé', '', '', 'God'], 'Refused', /“God” is not one of the words/],
    ['knows no level of the other kind', ['new@', 'Zoé', '', '', 'Sales agent'], 'Refused', /“Sales agent”/],
    ['knows no other language', ['new@', 'Zoé', '', '', '', '', 'Klingon'], 'Refused', /“Klingon”/],
    [
      'has no more cells than headings',
      ['new@', 'Zoé', '', '', '', '', '', 'x'],
      'Refused',
      /more cells than there are headings/,
    ],
    ['does not bring a deleted user back', ['deleted@', 'Zoé'], 'Refused', /was deleted and can be restored/],
    ['does not reuse a name that is not free yet', ['gone@', 'Zoé'], 'Refused', /is taken/],
    [
      'is shown as it is, whatever it holds',
      ['<b>x</b>@', '<img src=x onerror=alert(1)>', '{{7*7}}'],
      'Refused',
      /User name/,
    ],
  ]);

  it('on another company’s domain learns nothing of it', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(company.global);
    const rows = [];
    for (const name of ['ada@foreign.example', 'nobody@foreign.example', 'nobody@nowhere.example']) {
      await uploadForCheck(admin, csvOf(header, [name, 'Zoé']));
      const [{ line: _line, who: _who, ...row } = { line: '', who: '' }] = shownRows(admin);
      rows.push(row);
      assert.ok(!admin.body.includes('Kanarienvogel'));
    }
    assert.deepEqual(rows, [rows[0], rows[0], rows[0]]);
    assert.match(JSON.stringify(rows[0]), /must end in a domain/);
  });

  it('that comes twice is taken once, by whatever spelling', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(company.global);
    await uploadForCheck(admin, csvOf(header, [`new@${domain}`, 'A'], [`NEW@${domain}`, 'B'], [`new@${domain}.`, 'C']));
    assert.deepEqual(
      shownRows(admin).map(({ result, details }) => [result, details]),
      [
        ['To be added', '—'],
        ['Refused', 'User name This user name already stands in row 2.'],
        ['Refused', 'User name This user name already stands in row 2.'],
      ],
    );
  });
});

describe('a User management admin’s row', () => {
  testImportRows(company, 'manager', [
    ['adds a user', ['new@', 'Zoé', '', '', 'billing'], 'To be added', /Billing admin/],
    ['adds no Global admin', ['new@', 'Zoé', '', '', 'global'], 'Refused', /Only a Global admin/],
    ['makes nobody a Global admin', ['plain@', '', '', '', 'global'], 'Refused', /Only a Global admin/],
    ['does not touch a Global admin', ['global@', 'Zoé'], 'Refused', /Global admin/],
    ['leaves a Global admin who is as they are', ['global@', 'Mx', '', '', 'global'], 'Unchanged', /—/],
    ['changes another administrator', ['billing@', '', '', '', 'none'], 'To be changed', /No admin/],
    ['does not change its own level', ['manager@', '', '', '', 'none'], 'Refused', /own levels/],
  ]);
});
