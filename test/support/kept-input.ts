import assert from 'node:assert/strict';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { Failure } from '../../src/domain/errors.ts';
import { formValues, normalizeSpace } from './form-values.ts';
import type { Person } from './person.ts';
import type { PortalOptions } from './portal.ts';

/** Values of fields by name. */
export type Typed = Readonly<Record<string, string>>;

/** A session store that a test can make unavailable, and the portal option that uses it. */
export function breakableSessions() {
  const state = { isBroken: false };
  const sessionStore: PortalOptions['sessionStore'] = (database, config) => {
    const store = new TableStore(database, sessionTtlMs(config.rules), Date.now);
    const [get, set] = [store.get.bind(store), store.set.bind(store)];
    store.get = (key, done) => (state.isBroken ? done(new Failure('unavailable')) : get(key, done));
    store.set = (key, data, done) => (state.isBroken ? done?.(new Failure('unavailable')) : set(key, data, done));
    return store;
  };
  return { state, sessionStore };
}

/** Types values into the first form that contains all of these fields. */
export function fillIn(person: Person, typed: Typed): void {
  const form = formWith(person, typed);
  for (const [name, value] of Object.entries(typed)) {
    const field = form.find(`[name="${name}"]`);
    if (field.is('select')) {
      field.find('option').removeAttr('selected');
      field.find(`option[value="${value}"]`).attr('selected', '');
    } else if (field.is('[type=radio]')) {
      field.removeAttr('checked');
      form.find(`[name="${name}"][value="${value}"]`).attr('checked', '');
    } else field.attr('value', value);
  }
}

export function formWith(person: Person, typed: Typed) {
  const names = Object.keys(typed);
  const form = person
    .$('main form[method=post]')
    .filter((_, element) => names.every((name) => person.$(element).find(`[name="${name}"]`).length > 0))
    .first();
  assert.ok(form.length > 0, `${person.path} (${person.status}) has no form with ${names.join(', ')}: ${person.text}`);
  return form;
}

/** Submits the form that contains these fields, using its first button. */
export const submitForm = (person: Person, typed: Typed): Promise<Person> =>
  person.submit(normalizeSpace(formWith(person, typed).find('button[type=submit]').first().text()));

/** The values that the form on the page shows in these fields. */
export function shownIn(person: Person, typed: Typed): Typed {
  const form = formWith(person, typed);
  const values = formValues(person.$, form);
  const entries = Object.keys(typed).map((name) => {
    const field = form.find(`[name="${name}"]`);
    return [name, field.is('textarea') ? field.text() : String(values[name] ?? '')];
  });
  return Object.fromEntries(entries) as Typed;
}
