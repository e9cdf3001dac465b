// Loaded into a child process with NODE_OPTIONS=--import.
import { setClockAhead } from './clock-ahead.ts';

setClockAhead(Number(process.env.CLOCK_AHEAD_MS));
