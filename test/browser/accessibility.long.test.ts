// `npm test` checks each page once, in a pseudo-locale, because the rules of axe do not depend on the texts.
import { allViewports, testAccessibility } from './accessibility.ts';

for (const language of ['fr', 'de', 'en'] as const) testAccessibility(language, allViewports);
