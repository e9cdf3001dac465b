import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readForms } from '../../tools/prove/forms.ts';

describe('readForms', () => {
  test('returns the fields that each form sends without user input', () => {
    const page = `<form method="get" action="/search"><input name="q" value="a &amp; &#34;b&#34;"></form>
      <form class="x" method="post" action="/users/1">
        <input type="hidden" name="_csrf" value="T&lt;1">
        <input class="form-control" id="firstName" name="firstName" type="text" value="Zoé > Ana" maxlength="120">
        <input name="newPassword" type="password"><input type="checkbox" name="off" value="1">
        <input type="checkbox" name="on" value="2" checked>
        <select id="level" name="level"><option value="a">A</option><option value="b" selected>B</option></select>
        <button name="mode" value="all">All</button>
      </form>`;
    assert.deepEqual(readForms(page), [
      { action: '/search', fields: [['q', 'a & "b"']] },
      {
        action: '/users/1',
        fields: [
          ['_csrf', 'T<1'],
          ['firstName', 'Zoé > Ana'],
          ['on', '2'],
          ['level', 'b'],
        ],
      },
    ]);
  });

  test('returns an empty list for a page without forms', () => assert.deepEqual(readForms('<p>form</p>'), []));
});
