import { loadTranslator } from '../../src/i18n/translator.ts';

/** The portal's texts by key, for use in tests, so that rewording a text breaks no unrelated test. */
export const translator = await loadTranslator();
