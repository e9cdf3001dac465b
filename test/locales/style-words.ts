import type { Language } from './catalogue.ts';

/** A wording that interface texts must not use. */
export interface Banned {
  readonly found: RegExp;
  /** The wording to use instead. */
  readonly instead: string;
  /** The keys that the rule applies to; all if missing. */
  readonly in?: RegExp;
  /** Keys that are exempt from the rule. */
  readonly except?: RegExp;
}

const fixedTerm = /^common:terms\./;

const unfinished: Banned = { found: /…$/, instead: 'the rest of the sentence' };

const english: readonly Banned[] = [
  unfinished,
  { found: /\bwho(so)?ever\b|\bwhom\b/i, instead: 'the noun: the requester, users who…' },
  { found: /\b(some|any|every|no)body\b/i, instead: 'someone, anyone, everyone, no one, or the noun' },
  { found: /\bfor good\b|\bgone\b|\bdropped\b/i, instead: 'permanently, or deleted' },
  { found: /\bat once\b/i, instead: 'immediately' },
  { found: /\bonce more\b|\banew\b/i, instead: 'again' },
  { found: /\btries\b|\btry (at|to sign)\b/i, instead: 'attempts' },
  { found: /\bturn to\b/i, instead: 'contact' },
  { found: /\b(let|lets|letting) (\w+ )?in\b|\bwa(y|ys) in\b/i, instead: 'give access, unblock, sign-in details' },
  { found: /\blaps(e|es|ed|ing)\b|\b(is|are) over\b|\btime (was|is) up\b/i, instead: 'expire, end' },
  { found: /\bholds? (for|from|now)\b|\bno longer holds\b/i, instead: 'apply, be valid' },
  { found: /\bin place of\b|\bby (it|them)sel(f|ves)\b/i, instead: 'instead of, automatically' },
  { found: /\bcompan(y|ies)\b(?!\.example)/i, instead: 'organization' },
  { found: /\bmail(s|ed|ing)?\b/i, instead: 'email' },
  { found: /\bsecond factors?\b/i, instead: 'two-step verification, authenticator app' },
  { found: /(?<!\{)\blevels?\b/i, instead: 'role', except: fixedTerm },
  { found: /\bconfirm|\bagree|\banswer/i, instead: 'approve, decision', in: /^approvals:|^policy:|^notices:approval/ },
  { found: /\b\w*(organis|recognis|authoris|colour|licence|cancell)\w*|\b(mis)?spelt\b/i, instead: 'US spelling' },
  {
    found: /\bcannot\b|\b(do|does|did|is|are|was|were|has|have|could|will|would) not\b/i,
    instead: 'a contraction',
  },
  { found: /\bplease\b/i, instead: 'the instruction alone' },
  { found: /\bmay (?!have\b|be\b)/i, instead: 'can' },
  { found: /\b[Ii]n \{\{region\}\}|\bregion \{\{region\}\}/, instead: 'the {{region}} region' },
  { found: /, or nothing\b/, instead: 'or leave the field blank' },
];

const someone = '(name|actor|target|asker|operator|username|tenant|place)';

const french: readonly Banned[] = [
  unfinished,
  {
    found: new RegExp(`(?<!\\p{L})(de|que|le|la|jusque|lorsque|puisque) \\{\\{${someone}\\}\\}`, 'iu'),
    instead: 'a sentence in which no name follows a word that is elided before a vowel',
  },
  {
    found: new RegExp(
      `(^|[.:!?] )\\{\\{${someone}\\}\\} (est|a été|était|sera) \\p{L}+(é|u|i|is|it)e?(?!\\p{L})`,
      'iu',
    ),
    instead: 'a sentence without a participle that agrees with a person',
  },
  {
    found: /(?<!\p{L})vous (y )?(êtes|étiez|serez)( \p{L}+){0,2} \p{L}+(é|ée)(?!\p{L})/iu,
    instead: 'a sentence without a participle that agrees with the reader',
  },
  { found: /\{\{count, number\}\} (de |d’)/, instead: 'no “de” after figures', in: /_many$/ },
];

const german: readonly Banned[] = [
  unfinished,
  { found: /\bausgesetzt\b/i, instead: 'gesperrt' },
  { found: /\bein(zu)?lassen\b|\beinlässt\b|\beingelassen\b/i, instead: 'Zugriff gewähren' },
  { found: /\bgeschah nichts\b|\bgeschieht hier nichts\b|\bnichts getan\b/i, instead: 'nichts geändert' },
  { found: /\bendgültig weg\b/i, instead: 'endgültig gelöscht' },
  { found: /\beben ?dies/i, instead: 'dieses' },
];

/** The banned wordings of each language. Add to the list when a review finds one. */
export const banned: Readonly<Record<Language, readonly Banned[]>> = { en: english, fr: french, de: german };
