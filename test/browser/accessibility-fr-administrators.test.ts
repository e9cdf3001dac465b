import { administrators, everyPageIsAccessible, onSmallScreen } from './looks.ts';

everyPageIsAccessible('fr', onSmallScreen, administrators);
