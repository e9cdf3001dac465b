import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorParameters } from '../../src/domain/errors.ts';
import { numericRuleNames } from '../../src/domain/tenant-rules.ts';
import { errorTexts, textOfError } from '../../src/i18n/error-texts.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { languages, namespacesOf, readCatalogue } from '../locales/catalogue.ts';
import { usesIn } from '../locales/usage.ts';
import { withoutComments } from '../support/comments.ts';
import { assertNone } from '../support/assert-none.ts';
import { readSources, type Source } from './sources.ts';
import type { DenialReason } from '../../src/domain/denial-reason.ts';

const inner = readSources('src/{domain,core}/**/*.ts');
const outer = readSources('src/{site,mail,cli}/**/*.ts');
const namespaces = namespacesOf(readCatalogue());
const translator = await loadTranslator();
const codes = Object.keys(errorTexts) as (keyof typeof errorTexts)[];

const localeKeysIn = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) => usesIn(source, namespaces).map(({ at, key }) => `${at} ${key}`));

/**
 * Finds codes that core never returns and no interface throws. A code that an interface only mentions counts as unused.
 */
function unusedCodes(within: readonly Source[], outside: readonly Source[]): string[] {
  const text = (sources: readonly Source[]) =>
    sources
      .filter(({ path }) => path !== 'src/domain/errors.ts')
      .map((source) => withoutComments(source.text))
      .join('\n');
  const [core, interfaces] = [text(within), text(outside)];
  const isThrown = (code: string): boolean =>
    interfaces.includes(`conflict('${code}')`) || interfaces.includes(`code: '${code}'`);
  return codes.filter((code) => !core.includes(`'${code}'`) && !isThrown(code));
}

// The types require an entry for each reason and parameter, so that a new one does not compile until it is added here.
const refusals: Readonly<Record<DenialReason, true>> = {
  principal: true,
  level: true,
  self: true,
  ownLevel: true,
  ownRequest: true,
  dependent: true,
  globalLevel: true,
  globalAdmin: true,
  formerGlobalAdmin: true,
  administrator: true,
  support: true,
  elsewhere: true,
  alone: true,
  nobody: true,
  secondAdministrator: true,
  tenantAdministrator: true,
  tenantNobody: true,
};
const examples: { readonly [Code in keyof ErrorParameters]: readonly ErrorParameters[Code][] } = {
  'field.unknownValue': [{ field: 'language' }],
  'import.duplicateColumns': [{ names: ['Email', 'Phone'] }],
  'import.malformed': [{ line: 2 }],
  'import.rowTooLong': [{ line: 2 }],
  'import.tooManyRows': [{ count: 1 }, { count: 10_000 }],
  'import.tooLarge': [{ size: 5 }],
  'import.unknownColumns': [{ names: ['Email', 'Phone'] }],
  'import.usernameColumnMissing': [{ names: ['Email', 'Phone'] }],
  'importRow.duplicate': [{ line: 2 }],
  'importRow.noName': [{ value: '#N/A' }],
  'importRow.unknownValue': [{ value: 'boss' }],
  'password.tooLong': [{ count: 1 }, { count: 64 }],
  'password.tooShort': [{ count: 1 }, { count: 15 }],
  'permission.denied': (Object.keys(refusals) as DenialReason[]).map((because) => ({ because })),
  'rule.outOfBounds': numericRuleNames.map((rule) => ({ rule, least: 1, most: 2 })),
  'support.hoursOutOfBounds': [{ most: 8 }],
};

describe('error codes', () => {
  test('are used instead of locale keys in domain and core', () => {
    assert.ok(inner.length > 100);
    assertNone(localeKeysIn(inner));
  });

  test('are each returned by core or thrown by an interface', () => {
    assertNone(unusedCodes(inner, outer));
  });

  for (const language of languages) {
    test(`each have a text in ${language}`, () => {
      const { t } = translator(language);
      const parameters: Readonly<Record<string, readonly object[] | undefined>> = examples;
      for (const code of codes) {
        for (const given of parameters[code] ?? [undefined]) {
          const { key, values } = textOfError({ code, parameters: given } as Parameters<typeof textOfError>[0]);
          // Texts of policy reasons may name the region, which the page adds.
          assert.notEqual(t(key, code === 'permission.denied' ? { ...values, region: 'Worldwide' } : values), '', code);
        }
      }
    });
  }
});

describe('error code checks', () => {
  const source = (path: string, text: string): Source[] => [{ path, text }];

  test('report a locale key in core, even if it is built from parts', () => {
    const text = "refuse('tenants:error.name');\nsay(`policy:${because}.text`); // 'users:title'\nfail('users: of x');";
    assert.deepEqual(localeKeysIn(source('x.ts', text)), ['x.ts:1 tenants:error.name', 'x.ts:2 policy:*.text']);
  });

  test('report a code that is mentioned but neither returned nor thrown', () => {
    const only = codes.filter((code) => code !== 'tenant.unknown').map((code) => `'${code}'`);
    const looks = source('src/site/x.ts', "const fields = { 'tenant.unknown': 'name' };");
    assert.deepEqual(unusedCodes(source('src/core/x.ts', only.join()), looks), ['tenant.unknown']);
  });
});
