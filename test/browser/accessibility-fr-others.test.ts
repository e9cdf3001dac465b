import { everybodyElse, everyPageIsAccessible, onSmallScreen } from './looks.ts';

everyPageIsAccessible('fr', onSmallScreen, everybodyElse);
