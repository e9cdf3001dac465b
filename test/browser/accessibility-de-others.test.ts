import { desktop, isOtherUser, testAccessibility } from './accessibility.ts';

// German has the longest words.
testAccessibility('de', desktop, isOtherUser);
