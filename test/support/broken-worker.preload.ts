import { isMainThread } from 'node:worker_threads';

// Loaded into a server process. Its only worker thread is the one that checks new passwords.
if (!isMainThread) throw new Error('the worker cannot load');
