/** Runs the test file that never ends until test-process.test.ts kills this process. The first argument is a folder. */
import path from 'node:path';
import { runTests } from './test-process.ts';

const [, , folder = ''] = process.argv;
const endless = path.join(import.meta.dirname, 'endless-child.ts');
const limits = { folder: path.join(folder, 'own'), maxMs: 600_000, signal: new AbortController().signal };
await runTests({ files: [endless], names: [] }, limits);
