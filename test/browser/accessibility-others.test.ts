import { isOtherUser, mainViewports, testAccessibility } from './accessibility.ts';

// The layout is tested in German, because it has the longest words.
testAccessibility('de', mainViewports, isOtherUser);
