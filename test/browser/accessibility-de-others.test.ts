import { desktop, isOtherUser, testAccessibility } from './accessibility.ts';

// The layout is tested in German, because it has the longest words.
testAccessibility('de', desktop, isOtherUser);
