export { createRefusalHandler } from './refused-link.ts';
export { type AddressedNotice, createNoticeSender, type RenderNotice } from './send-notice.ts';
