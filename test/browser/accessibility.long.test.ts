import { allViewports, testAccessibility } from './accessibility.ts';

for (const language of ['fr', 'de', 'en'] as const) testAccessibility(language, allViewports);
