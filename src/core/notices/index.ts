export { adoptOutbox } from './outbox.ts';
export { type AddressedNotice, noticeSender, type WordNotice } from './send-notice.ts';
