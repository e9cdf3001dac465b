import { createRequire } from 'node:module';
import type * as Uqr from 'uqr';

// The QR code library is loaded on first use to keep startup fast.
const require = createRequire(import.meta.url);
const uqr = (): typeof Uqr => require('uqr') as typeof Uqr;

/** A QR code: its side length in modules, and the SVG path of the dark modules. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

// ISO/IEC 18004 requires a quiet zone of four modules. Without it, many cameras fail on dark pages.
const quietZoneModules = 4;

/** @returns the QR code for a string, including the quiet zone */
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
