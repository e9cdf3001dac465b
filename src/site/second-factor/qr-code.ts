import { createRequire } from 'node:module';
import type * as Uqr from 'uqr';

// Loaded at the first call: starting the portal does not need it.
const require = createRequire(import.meta.url);
const uqr = (): typeof Uqr => require('uqr') as typeof Uqr;

/** A QR code as a square of so many modules, the dark ones as one path. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

// ISO/IEC 18004 asks for a quiet zone of four modules: without it many a camera finds nothing on a dark page.
const quietZoneModules = 4;

/** @returns the QR code of a text, quiet zone included */
export function qrCodeOf(text: string): QrCode {
  const { data, size } = uqr().encode(text, { ecc: 'M', border: quietZoneModules });
  const rows = data.map((row, y) =>
    row
      .map((dark, x) => (dark && !row[x - 1] ? `M${x} ${y}h${runLength(row, x)}v1h-${runLength(row, x)}z` : ''))
      .join(''),
  );
  return { size, path: rows.join('') };
}

function runLength(row: readonly boolean[], start: number): number {
  const end = row.indexOf(false, start);
  return (end < 0 ? row.length : end) - start;
}
