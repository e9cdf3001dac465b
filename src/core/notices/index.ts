export { type AddressedNotice, createNoticeSender, type RenderNotice } from './send-notice.ts';
