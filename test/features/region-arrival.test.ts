import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

const BASE_URL = 'http://germany.localhost:3001';
const REGION_URLS = `worldwide=http://localhost:3000,germany=${BASE_URL},isla=http://localhost:3009`;
const words = {
  en: {
    title: 'Your organization is in the Germany region',
    from: 'The Worldwide region’s portal sent you to this address:',
    next: 'Nothing you typed was sent. Enter your user name again.',
  },
  fr: {
    title: 'Votre organisation relève de la région Allemagne',
    from: 'Vous venez du portail de la région Monde. Vous êtes maintenant à l’adresse suivante\u202f:',
    next: 'Votre saisie n’a pas été transmise. Saisissez de nouveau votre nom d’utilisateur.',
  },
  de: {
    title: 'Ihre Organisation gehört zur Region Deutschland',
    from: 'Das Portal der Region Weltweit hat Sie an diese Adresse weitergeleitet:',
    next: 'Ihre Eingaben wurden nicht übertragen. Geben Sie Ihren Benutzernamen erneut ein.',
  },
} as const;
type Language = keyof typeof words;
const languages = ['en', 'fr', 'de'] as const;

describe('the sign-in page after a redirect from another region', async () => {
  const portal = await openPortal({ environment: { REGION: 'germany', BASE_URL, REGION_URLS } });
  await directoryStore.upsert(portal.database, [{ domain: 'potomac.example', region: 'us-government' }]);
  const reader = (language: string): Person =>
    aPerson(portal, { 'Accept-Language': language, Host: 'evil.localhost', 'X-Forwarded-Proto': 'https' });
  const arrival = ({ $ }: Person) => $('main h1').closest('.minimal-layout-card').find('.arrival');
  const explains = (person: Person, language: Language): void => {
    for (const text of Object.values(words[language])) person.sees(text);
    const host = arrival(person).find('strong bdi');
    assert.deepEqual([host.text(), host.attr('dir'), host.attr('translate')], ['germany.localhost:3001', 'ltr', 'no']);
  };

  for (const language of languages)
    it(`explains where the user is and what to do, in ${language}`, async () => {
      const person = await reader(language).visit('/sign-in?from=worldwide');
      assert.equal(person.status, 200);
      explains(person, language);
      assert.ok(person.body.indexOf('<h1>') < person.body.indexOf('arrival'), 'the notice is below the heading');
      assert.equal(person.headers['cache-control'], 'no-store');
    });

  it('shows the ID of a region that the operator added', async () => {
    (await reader('en').visit('/sign-in?from=isla')).sees('The isla region’s portal sent you to this address:');
  });

  const ignored: [label: string, query: string][] = [
    ['no region', ''],
    ['an empty region', '?from='],
    ['the region itself', '?from=germany'],
    ['an unknown region', '?from=atlantis'],
    ['__proto__ as region', '?from=__proto__'],
    ['constructor as region', '?from=constructor'],
    ['markup as region', '?from=%3Cscript%3Ealert(1)%3C/script%3E'],
    ['a URL as region', '?from=https://evil.example'],
    ['two regions', '?from=worldwide&from=china'],
    ['an array of regions', '?from[]=worldwide'],
    ['an object as region', '?from[a]=worldwide'],
    ['a region in capital letters', '?from=Worldwide'],
    ['a region with a trailing space', '?from=worldwide%20'],
    ['an overlong region', `?from=${'worldwide'.repeat(500)}`],
    ['malformed percent encoding', '?from=%E0%A4%A'],
  ];
  for (const [label, query] of ignored)
    it(`shows no notice for ${label} in the query and does not echo it`, async () => {
      const person = await reader('en').visit(`/sign-in${query}`);
      assert.equal(person.status, 200);
      assert.equal(arrival(person).length, 0);
      assert.equal(person.$('main form input:not([name=_csrf])').length, 1);
      for (const text of ['<script>alert', 'https://evil', 'atlantis'])
        assert.ok(!person.$('main .minimal-layout-card').html()?.includes(text));
    });

  const spoken: [label: string, query: string, accepted: string, language: Language][] = [
    ['the language chosen in the other region', '&language=fr', 'en', 'fr'],
    ["the browser's language if none was chosen", '', 'de', 'de'],
    ["the browser's language if the chosen one is not offered", '&language=nl', 'fr', 'fr'],
    ["the browser's language if two were chosen", '&language=fr&language=de', 'en', 'en'],
    ["the browser's language if the parameter is markup", '&language=%3Cb%3E', 'en', 'en'],
  ];
  for (const [label, query, accepted, language] of spoken)
    it(`uses ${label}`, async () => {
      const person = await reader(accepted).visit(`/sign-in?from=worldwide${query}`);
      explains(person, language);
      assert.equal(person.$('html').attr('lang'), language);
      assert.equal(person.headers['content-language'], language);
    });

  it('ignores the language parameter unless it comes with a valid region', async () => {
    const person = await reader('en').visit('/sign-in?language=fr');
    assert.equal(person.$('html').attr('lang'), 'en');
    const unknown = await reader('en').visit('/sign-in?from=atlantis&language=fr');
    assert.equal(unknown.$('html').attr('lang'), 'en');
  });

  it('prefers a language chosen on this page, and keeps the notice afterwards', async () => {
    const person = await reader('en').visit('/sign-in?from=worldwide&language=fr');
    const returnTo = person.$('input[name=returnTo]').first().attr('value') ?? '';
    const answer = await person.send('post', '/language', { language: 'de', returnTo });
    explains(await person.visit(String(answer.headers.location)), 'de');
  });

  it('keeps the notice and the language while the form is rejected, and then only the language', async () => {
    const person = await reader('en').visit('/sign-in?from=worldwide&language=fr');
    for (const username of ['', 'not a name', 'ada@potomac.example']) {
      await person.submit('Suivant', { 'Nom d’utilisateur': username });
      assert.equal(person.status, 422);
      explains(person, 'fr');
    }
    await person.submit('Suivant', { 'Nom d’utilisateur': 'anna@nordwerk.example' });
    assert.equal(person.path, '/sign-in/password');
    person.doesNotSee(words.fr.next);
    assert.equal(person.$('html').attr('lang'), 'fr');
    await person.visit('/sign-in');
    assert.equal(arrival(person).length, 0);
    assert.equal(person.$('html').attr('lang'), 'fr');
  });

  it('sets no language cookie when it is opened or when a form is submitted without a language', async () => {
    const person = await reader('en').visit('/sign-in?from=worldwide&language=fr');
    assert.doesNotMatch(person.cookies(), /language/);
    const plain = await reader('en').visit('/sign-in?from=worldwide');
    await plain.submit('Next', { 'User name': 'anna@nordwerk.example' });
    assert.doesNotMatch(plain.cookies(), /language/);
  });

  const fields: [label: string, fields: Record<string, string>][] = [
    ['its own region', { from: 'germany' }],
    ['an unknown region', { from: 'atlantis' }],
    ['two regions', { 'from[]': 'worldwide' }],
  ];
  for (const [label, more] of fields)
    it(`ignores ${label} in the form fields`, async () => {
      const person = await reader('en').visit('/sign-in');
      const { text, status } = await person.send('post', '/sign-in', { username: '', ...more });
      assert.equal(status, 422);
      assertNone(['arrival', 'atlantis'].filter((word) => text.includes(word)));
    });
});

describe('a redirect to another region', async () => {
  const portal = await openPortal();
  await directoryStore.upsert(portal.database, [{ domain: 'spree.example', region: 'germany' }]);
  const leave = async (language: string | null): Promise<string> => {
    const person = await aPerson(portal, { 'Accept-Language': 'fr' }).visit('/sign-in');
    if (language) await person.send('post', '/language', { language, returnTo: '/sign-in' });
    const answer = await person.send('post', '/sign-in', { username: 'kanarienvogel@spree.example' });
    return String(answer.headers.location);
  };

  it('passes on the originating region and the chosen language, and nothing else', async () => {
    assert.equal(await leave(null), 'http://localhost:3001/sign-in?from=worldwide');
    assert.equal(await leave('de'), 'http://localhost:3001/sign-in?from=worldwide&language=de');
  });
});
