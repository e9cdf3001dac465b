export type { TakenNotice } from './notices.store.ts';
export { sendNotices, type WordNotice } from './send.ts';
