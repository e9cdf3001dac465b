import { everyLook, everyPageIsAccessible } from './looks.ts';

for (const language of ['fr', 'de', 'en'] as const) everyPageIsAccessible(language, everyLook);
