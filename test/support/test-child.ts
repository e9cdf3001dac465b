/**
 * Runs test files in this process, one after the other, and sends each outcome to the parent process. The first
 * argument is the job as JSON. Loading the app once for several files takes half as long as loading it for each file.
 */
import { run } from 'node:test';
import { onOutcome } from './report.ts';
import type { Job } from './test-process.ts';

const job = JSON.parse(process.argv[2]!) as Job;
const { files, names } = job;

// The channel closes when the runner ends, even if SIGKILL ended it. In that case, kill the whole process group.
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.channel?.unref();

const patterns = names.map((name) => new RegExp(RegExp.escape(name), 'i'));
// An empty list of patterns would select no tests at all.
const events = run({ files, isolation: 'none', testNamePatterns: patterns.length > 0 ? patterns : undefined });
onOutcome(events, job, (outcome) => process.send?.(outcome));
events.resume();
