import { atDesk, everyPageIsAccessible } from './looks.ts';

// German has the longest words.
everyPageIsAccessible('de', atDesk);
