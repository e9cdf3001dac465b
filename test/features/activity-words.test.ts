import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Activity, ActivityEvent } from '../../src/domain/activity/event.ts';
import { activityKinds } from '../../src/domain/activity/groups.ts';
import { actions } from '../../src/domain/roles.ts';
import { createActivityTexts } from '../../src/site/activity/entry-texts.ts';
import { languages, readCatalogue, type Texts } from '../locales/catalogue.ts';
import { assertNone } from '../support/assert-none.ts';
import { translator } from '../support/translator.ts';

const wordsFor = createActivityTexts(translator, () => 0);
const [actor, target] = [
  { id: 'a'.repeat(36), name: 'Camille', pseudonym: null },
  { id: 'b'.repeat(36), name: 'Zoé', pseudonym: null },
];
const activity = (event: ActivityEvent, parts: Partial<Activity> = {}): Activity => ({
  ...{ place: 1, at: 0, event, principal: { kind: 'person', id: 'camille' }, actor, target, address: null },
  ...parts,
});

/** @returns the event kinds for which `texts` lacks a sentence or a short name */
const kindsWithoutTexts = (texts: Texts, kinds: readonly string[]): string[] =>
  kinds.flatMap((kind) => {
    const name = kind.replace('.', '_');
    const keys = [...texts.keys()];
    const sentence = keys.some(
      (key) => key === `activity:sentence.${name}` || key.startsWith(`activity:sentence.${name}.`),
    );
    const label = kind === 'signIn.failed' || texts.has(`activity:kind.${name}`);
    return sentence && label ? [] : [kind];
  });

describe('the messages for event kinds', () => {
  const catalogue = readCatalogue();
  for (const language of languages) {
    it(`are complete in ${language}`, () => assertNone(kindsWithoutTexts(catalogue[language], activityKinds)));
  }

  it('are reported as missing for a kind without messages', () => {
    assert.deepEqual(kindsWithoutTexts(catalogue.fr, ['signOut', 'moon.landed']), ['moon.landed']);
    assert.deepEqual(kindsWithoutTexts(new Map([['activity:sentence.signOut', '']]), ['signOut']), ['signOut']);
  });
});

describe('rendering an activity entry', () => {
  const textsOf = (language: (typeof languages)[number], what: Activity): string[] => {
    const { t } = translator(language);
    const { sentence, details } = wordsFor(language).entry(what);
    return [sentence, ...details].map(({ key, values }) => t(key, values).replace(/\s/g, ' '));
  };
  const reset: ActivityEvent = { kind: 'password.reset', expiresAt: 0 };
  const changes = [
    { field: 'displayName', from: 'Zoé', to: 'Zoë' },
    { field: 'firstName', from: '', to: 'Zoë' },
    { field: 'lastName', from: null, to: null },
    { field: 'language', from: null, to: 'de' },
    { field: 'administratorLevel', from: 'none', to: 'global' },
    { field: 'agentLevel', from: 'sales', to: 'helpdesk' },
  ] as const;

  const table: [what: Activity, en: string, fr: string, de: string][] = [
    [
      activity({ kind: 'signOut' }),
      'Camille signed out.',
      'Camille a fermé sa session.',
      'Camille hat sich abgemeldet.',
    ],
    [
      activity({ kind: 'user.blocked' }, { actor: null }),
      'The portal operator blocked sign-in for Zoé.',
      'L’exploitant a bloqué la connexion au compte Zoé.',
      'Der Betreiber hat die Anmeldung von Zoé blockiert.',
    ],
    [
      activity({ kind: 'user.deleted' }, { target: { id: '1'.repeat(36), name: null, pseudonym: '7F3K-2QXA' } }),
      'Camille deleted Erased user 7F3K-2QXA’s account.',
      'Camille a supprimé le compte 7F3K-2QXA (données effacées).',
      'Camille hat das Konto von Person 7F3K-2QXA (Daten gelöscht) gelöscht.',
    ],
    [
      activity({ kind: 'signIn.failed', because: 'password' }, { actor: null }),
      'Someone tried to sign in as Zoé with an incorrect password.',
      'Tentative de connexion au compte Zoé refusée : mot de passe incorrect.',
      'Eine Anmeldung als Zoé ist fehlgeschlagen: falsches Kennwort.',
    ],
    [
      activity({ kind: 'user.edited', changes: [] }, { target: actor }),
      'Camille updated their own account.',
      'Camille a modifié son propre compte.',
      'Camille hat das eigene Konto geändert.',
    ],
    [
      activity({ kind: 'refused', action: 'users.block', because: 'globalAdmin' }),
      'Camille wasn’t allowed to block or unblock sign-in (user: Zoé).|Global admins only',
      'Opération refusée à Camille : bloquer ou débloquer la connexion (personne concernée : Zoé).|Réservé aux administrateurs généraux',
      'Camille wollte die Anmeldung blockieren oder freigeben (Benutzer: Zoé), war dazu aber nicht berechtigt.|Nur für globale Administratoren',
    ],
    [
      activity({ kind: 'activity.exported', format: 'jsonl', filters: ['person', 'firstDay'] }, { target: null }),
      'Camille exported part of the activity log (JSON Lines).|Filtered by person and start date',
      'Camille a exporté une partie du journal d’activité (JSON Lines).|Filtres : nom de la personne et date de début',
      'Camille hat einen Auszug aus dem Aktivitätsprotokoll exportiert (JSON Lines).|Filter: Person und Startdatum',
    ],
    [
      activity({ kind: 'user.edited', changes }),
      'Camille updated Zoé’s account.|Display name: from “Zoé” to “Zoë”|First name: from “(empty)” to “Zoë”|Last name: values erased|Language: from “Same as organization” to “German”|Administrator level: from “No admin” to “Global admin”|Agent level: from “Sales agent” to “Helpdesk agent”',
      'Camille a modifié le compte Zoé.|Nom d’affichage : « Zoé » remplacé par « Zoë »|Prénom : « (vide) » remplacé par « Zoë »|Nom : les valeurs ont été effacées|Langue : « Langue de l’organisation » remplacé par « Allemand »|Niveau d’administration : « Pas un administrateur » remplacé par « Administrateur général »|Niveau d’agent : « Agent commercial » remplacé par « Agent du support technique »',
      'Camille hat das Konto von Zoé geändert.|Anzeigename: von „Zoé“ in „Zoë“ geändert|Vorname: von „(leer)“ in „Zoë“ geändert|Nachname: Werte gelöscht|Sprache: von „Wie die Organisation“ in „Deutsch“ geändert|Administratorebene: von „Kein Administrator“ in „Globaler Administrator“ geändert|Agentenebene: von „Vertriebsbeauftragter“ in „Helpdesk-Agent“ geändert',
    ],
  ];
  for (const [what, ...expected] of table) {
    it(`produces “${expected[0]}”`, () => {
      for (const [index, language] of languages.entries())
        assert.equal(textsOf(language, what).join('|'), expected[index]);
    });
  }

  it('produces a sentence, a short name and details for every other kind in every language', () => {
    const others: ActivityEvent[] = [
      reset,
      ...(['unknown', 'password', 'blocked', 'deleted', 'expired', 'tenant'] as const).map((because) => ({
        ...{ kind: 'signIn.failed' as const, because },
      })),
      ...(['one', 'others', 'all'] as const).map((which) => ({ kind: 'sessions.ended' as const, which })),
      ...[true, false].map((forced) => ({ kind: 'password.changed' as const, forced })),
      ...actions.map((action) => ({ kind: 'refused' as const, action, because: 'level' as const })),
      { kind: 'activity.exported', format: 'csv', filters: [] },
    ];
    for (const language of languages)
      for (const event of others)
        for (const maybeTarget of [target, null]) {
          const what = activity(event, { target: maybeTarget });
          assert.ok(textsOf(language, what).every((text) => text.trim() !== ''));
          assert.equal(wordsFor(language).row(what, 'request').length, wordsFor(language).columns().length);
        }
  });
});
