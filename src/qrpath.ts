import encodeQR from 'qr';

/** White around the code that readers need, in its dots. */
const QUIET = 4;

/** Dots of a text's QR code as one path, each a square of side 1. */
export function qrPath(text: string): { size: number; path: string } {
  const rows = encodeQR(text, 'raw', { border: QUIET });
  const path = rows
    .flatMap((row, y) =>
      row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))
    )
    .join('');
  return { size: rows.length, path };
}
