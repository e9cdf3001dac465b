import { everyPageIsAccessible, onSmallScreen } from './looks.ts';

everyPageIsAccessible('fr', onSmallScreen);
