import { loadTranslator } from '../../src/i18n/translator.ts';

/** The portal's texts by key, so that rewording a text does not break unrelated tests. */
export const translator = await loadTranslator();
