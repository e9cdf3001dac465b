import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultOf } from './untranslated-text.ts';

describe('the check for untranslated and concatenated texts', () => {
  for (const [text, fault] of [
    ['⟦Ŝàṽé⟧', null],
    ['⟦Ŝàṽé Zoé Besson⟧', null],
    ['⟦À ⟦Ƀ⟧ Ç⟧', null],
    ['⟦À⟧ · ⟦Ƀ⟧', null],
    ['42', null],
    ['Save', 'is not translated'],
    ['⟦Ŝàṽé⟧ soon', 'is not translated'],
    ['⟦À.⟧ ⟦Ƀ.⟧', null],
    ['⟦À⟧ November 23, 2026', null],
    ['⟦À⟧ ⟦Ƀ⟧', 'is glued from several texts'],
    ['⟦À⟧, ⟦Ƀ⟧', 'is glued from several texts'],
  ] as const) {
    it(fault === null ? `accepts ${text}` : `reports that “${text}” ${fault}`, () =>
      assert.equal(faultOf(text), fault),
    );
  }
});
