import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { checkViews } from '../../scripts/check-views.ts';
import { assertNone } from '../support/assert-none.ts';
import { linesMatching } from './conventions.ts';
import { readSources } from './sources.ts';

const views = readSources('views/**/*.ejs');
const form = 'views/shared/form.ejs';

// A view must not decide by the reason; `because` may only select the text.
const decidesByReason = /\bbecause\s*[!=]==?|\.allowed\b/;
const mentionsToken = /_csrf|csrfToken/;

describe('views', () => {
  test('leave the decision about which actions to offer to the model', () => {
    assertNone(linesMatching(views, decidesByReason));
  });

  test('open every POST form with the partial that adds the CSRF token', () => {
    const others = views.filter(({ path: at }) => at !== form);
    assertNone(linesMatching(others, mentionsToken));
    assertNone(linesMatching(others, /method="(?!get")/i));
    assert.match(readFileSync(form, 'utf8'), /<input type="hidden" name="_csrf" value="<%= page\.csrfToken %>">/);
  });
});

/** A template with one part of its text replaced. */
function changed(view: string, from: string, to: string): string {
  const text = readFileSync(path.join('views', `${view}.ejs`), 'utf8');
  assert.ok(text.includes(from), `${view} does not contain ${from}`);
  return text.replace(from, to);
}

describe('view checks', () => {
  test('report a view that branches on a denial reason or writes a CSRF token', () => {
    const found = (pattern: RegExp, text: string) => linesMatching([{ path: 'x.ejs', text }], pattern).length;
    assert.equal(found(decidesByReason, "<% if (model.reset.because === 'self') { %>"), 1);
    assert.equal(found(decidesByReason, '<% if (model.edit.allowed) { %>'), 1);
    assert.equal(found(decidesByReason, '<%= t(`policy:${model.because}.title`) %>'), 0);
    assert.equal(found(mentionsToken, '<input name="_csrf" value="<%= page.csrfToken %>">'), 1);
  });

  test('report the line at which a template does not match its model', () => {
    const faults = checkViews({
      // A field that the model does not have.
      'users/delete-confirm': changed('users/delete-confirm', 'model.days', 'model.weeks'),
      // A misspelled field in a partial.
      'rules/restriction-notes': changed('rules/restriction-notes', 'note.address', 'note.adress'),
      // A wrong type and a missing field in calls of partials.
      'users/show': changed('users/show', '{ events: model.events }', '{ events: model.user.displayName }'),
      'users/summary': changed('users/summary', 'status: model.status, ', ''),
      // A nullable value.
      'users/deleted-row': changed('users/deleted-row', "user.deletedAt === null ? '' : ", ''),
      // A template without a declared model.
      'users/unknown': '<p><%= model.name %></p>\n',
    });
    const expected = [
      /^views\/rules\/restriction-notes\.ejs:3 Property 'adress' does not exist/,
      /^views\/users\/delete-confirm\.ejs:6 Property 'weeks' does not exist/,
      /^views\/users\/deleted-row\.ejs:13 Argument of type 'number \| null' is not assignable/,
      /^views\/users\/summary\.ejs:5 .*Property 'status' is missing/s,
      /^views\/users\/show\.ejs:\d+ Type 'string' is not assignable to type 'readonly Activity\[\]'/,
      /^views\/users\/unknown\.ejs:1 Type '"users\/unknown"' does not satisfy the constraint/,
    ];
    for (const fault of expected)
      assert.ok(
        faults.some((each) => fault.test(each)),
        `${fault}\n${faults.join('\n')}`,
      );
    const named = new Set(faults.map((fault) => fault.split(':')[0]).filter((file) => file?.endsWith('.ejs')));
    assert.equal(named.size, expected.length, faults.join('\n'));
  });
});
