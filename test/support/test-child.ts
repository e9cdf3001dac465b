/**
 * Runs test files in this process, one after the other, and sends each outcome to the runner that started it.
 * The first argument is the job as JSON. Loading the app once for several files takes half the time of loading it for each.
 */
import { run } from 'node:test';
import { onOutcome } from './report.ts';
import type { Job } from './test-process.ts';

const job = JSON.parse(process.argv[2]!) as Job;
const { files, names } = job;

// The channel closes when the runner ends, even by SIGKILL: this process and all that it started go with it.
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.channel?.unref();

const patterns = names.map((name) => new RegExp(RegExp.escape(name), 'i'));
// An empty list of patterns would choose no test.
const events = run({ files, isolation: 'none', testNamePatterns: patterns.length > 0 ? patterns : undefined });
onOutcome(events, job, (outcome) => process.send?.(outcome));
events.resume();
