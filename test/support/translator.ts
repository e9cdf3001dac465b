import { loadTranslator } from '../../src/i18n/translator.ts';

/** What the portal says in a language, by key: a text may be reworded without a test that is about something else. */
export const translator = await loadTranslator();
