import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameSortKey } from '../../src/domain/people/sort-keys.ts';

/** Names in the order of each language, as dictionaries and phone books print them. */
const ordered: Readonly<Record<string, readonly string[]>> = {
  cs: ['Cibulka', 'Čapek', 'Dvořák', 'Hrubý', 'Chalupa', 'Ibl'],
  da: ['Ase', 'Zoe', 'Ærø', 'Østergaard', 'Aalborg', 'Åse'],
  de: ['Lukas', 'Łukasz', 'Lutz', 'Oberg', 'Öberle', 'Obermann', 'Zander'],
  el: ['Άννα', 'Βασίλης', 'Γιώργος', 'Ζωή', 'Σοφία', 'Ωμέγα'],
  en: ['Anna', 'Élodie', 'Emil', 'Zoë', 'Иван', 'Іван', 'Яна'],
  es: ['Núñez', 'Nuz', 'Nz', 'Ñandú', 'Oz'],
  fr: ['Edmond', 'Élodie', 'Emil', 'Œuvrard', 'Olivier'],
  hr: ['Dz', 'Džep', 'Đuro', 'Ena', 'Luka', 'Lzz', 'Ljiljana', 'Marko'],
  hu: ['Cukor', 'Csaba', 'Dóra', 'Gábor', 'Guz', 'Gyula', 'Zoltán', 'Zuz', 'Zsolt'],
  ja: ['あいだ', 'いとう', 'ウエダ', 'えんどう'],
  pl: ['Cz', 'Ćma', 'Lutz', 'Lzz', 'Łukasz', 'Mama'],
  ru: ['Егор', 'Едов', 'Ёлкин', 'Жук', 'Ирина', 'Йосиф', 'Клим'],
  sv: ['Aberg', 'Oberg', 'Zander', 'Åberg', 'Ärling', 'Öberg'],
  tr: ['Ceyhan', 'Çelik', 'Dal', 'Hız', 'IŞIK', 'Işıl', 'ijk', 'İnci'],
  uk: ['Галина', 'Ґалаґан', 'Ева', 'Єва', 'Ивак', 'Іван', 'Їжак', 'Йосип', 'Клим'],
  zh: ['安', '陈静', '李娜', '王伟', '张敏'],
};

const inOrderOfKeys = (names: readonly string[], language: string): string[] =>
  names.toSorted((one, other) =>
    Buffer.compare(Buffer.from(nameSortKey(one, language)), Buffer.from(nameSortKey(other, language))),
  );

describe('the sort key of a name', () => {
  for (const [language, names] of Object.entries(ordered)) {
    test(`puts names in the order of ${language}`, () => {
      assert.deepEqual(inOrderOfKeys(names.toReversed(), language), names);
    });
  }

  test('differs between languages for the same names', () => {
    const names = ['Öberg', 'Zander'];
    assert.deepEqual([inOrderOfKeys(names, 'de')[0], inOrderOfKeys(names, 'sv')[0]], ['Öberg', 'Zander']);
  });

  test('ignores case, accents and repeated spaces', () => {
    for (const language of ['en', 'fr', 'de', 'sv']) {
      assert.equal(nameSortKey('  HÉLÈNE   Roy', language), nameSortKey('Helene roy', language));
    }
  });
});
