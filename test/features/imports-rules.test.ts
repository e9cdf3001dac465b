import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aCompany, header, judged } from '../support/import-rules.ts';
import { check, csvOf, rowsShown } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();
const company = await aCompany(portal);
const { domain } = company.tenant;
const foreign = await aTenant(portal, { domain: 'foreign.example' });
await aUser(portal, foreign, { username: 'ada@foreign.example', displayName: 'Kanarienvogel' });

describe('a Global admin’s row', () => {
  judged(company, 'global', [
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
      /^Language Same as organization French Administrator level No admin User management admin Agent level No agent Helpdesk agent$/,
    ],
    [
      'takes levels and language away',
      ['billing@', '', '', '', 'none', 'none', 'tenant'],
      'To be changed',
      /^Language German Same as organization Administrator level Billing admin No admin Agent level Sales agent No agent$/,
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
    ['does not change one’s own level', ['global@', '', '', '', 'none'], 'Rejected', /You can’t change your own roles/],
    [
      'does not give oneself an agent level',
      ['global@', '', '', '', '', 'admin'],
      'Rejected',
      /You can’t change your own roles/,
    ],
    ['needs a user name', ['', 'Zoé'], 'Rejected', /Enter a user name/],
    ['needs a well-formed one', ['zoé besson@'], 'Rejected', /User name/],
    ['needs one without look-alikes', ['аdmin@', 'Zoé'], 'Rejected', /User name/],
    ['needs a name', ['new@'], 'Rejected', /Enter a name/],
    ['needs a name that can be seen', ['new@', '\u200B', '\u202E'], 'Rejected', /Enter a name/],
    ['needs a name of a sensible length', ['new@', 'x'.repeat(121)], 'Rejected', /First name This entry is too long/],
    [
      'does not make a name too long',
      ['plain@', '', '', 'x'.repeat(121)],
      'Rejected',
      /Display name This entry is too long/,
    ],
    ['knows no other level', ['new@', 'Zoé', '', '', 'God'], 'Rejected', /“God” isn’t a valid value/],
    ['knows no level of the other kind', ['new@', 'Zoé', '', '', 'Sales agent'], 'Rejected', /“Sales agent”/],
    ['knows no other language', ['new@', 'Zoé', '', '', '', '', 'Klingon'], 'Rejected', /“Klingon”/],
    [
      'has no more cells than headings',
      ['new@', 'Zoé', '', '', '', '', '', 'x'],
      'Rejected',
      /more cells than the heading row/,
    ],
    ['does not bring a deleted user back', ['deleted@', 'Zoé'], 'Rejected', /was deleted\. You can restore/],
    ['does not reuse a name that is not free yet', ['gone@', 'Zoé'], 'Rejected', /is already in use/],
    [
      'is shown as it is, whatever it holds',
      ['<b>x</b>@', '<img src=x onerror=alert(1)>', '{{7*7}}'],
      'Rejected',
      /User name/,
    ],
  ]);

  it('on another company’s domain learns nothing of it', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(company.global);
    const rows = [];
    for (const name of ['ada@foreign.example', 'nobody@foreign.example', 'nobody@nowhere.example']) {
      await check(admin, csvOf(header, [name, 'Zoé']));
      const [{ line: _line, who: _who, ...row } = { line: '', who: '' }] = rowsShown(admin);
      rows.push(row);
      assert.ok(!admin.body.includes('Kanarienvogel'));
    }
    assert.deepEqual(rows, [rows[0], rows[0], rows[0]]);
    assert.match(JSON.stringify(rows[0]), /must end with one of/);
  });

  it('that comes twice is taken once, by whatever spelling', async () => {
    await portal.database.knex('throttles').delete();
    const admin = await aPerson(portal, english).signIn(company.global);
    await check(admin, csvOf(header, [`new@${domain}`, 'A'], [`NEW@${domain}`, 'B'], [`new@${domain}.`, 'C']));
    assert.deepEqual(
      rowsShown(admin).map(({ result, details }) => [result, details]),
      [
        ['To be added', '—'],
        ['Rejected', 'User name This user name also appears in row 2.'],
        ['Rejected', 'User name This user name also appears in row 2.'],
      ],
    );
  });
});

describe('a User management admin’s row', () => {
  judged(company, 'manager', [
    ['adds a user', ['new@', 'Zoé', '', '', 'billing'], 'To be added', /Billing admin/],
    ['adds no Global admin', ['new@', 'Zoé', '', '', 'global'], 'Rejected', /Only a Global admin/],
    ['makes nobody a Global admin', ['plain@', '', '', '', 'global'], 'Rejected', /Only a Global admin/],
    ['does not touch a Global admin', ['global@', 'Zoé'], 'Rejected', /Global admin/],
    ['leaves a Global admin who is as they are', ['global@', 'Mx', '', '', 'global'], 'Unchanged', /—/],
    ['changes another administrator', ['billing@', '', '', '', 'none'], 'To be changed', /No admin/],
    ['does not change its own level', ['manager@', '', '', '', 'none'], 'Rejected', /own roles/],
  ]);
});
