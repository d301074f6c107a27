import decodeQR from 'qr/decode.js';

import { qrPath } from './qrpath';

/** Pixels of a dot. */
const DOT = 4;

/** The picture that the path draws, black on white. */
function picture(text: string) {
  const { size, path } = qrPath(text);
  const side = size * DOT;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let line = 0; line < DOT; line += 1) {
      const start = ((Number(y) * DOT + line) * side + Number(x) * DOT) * 4;
      for (let dot = 0; dot < DOT * 4; dot += 1) {
        data[start + dot] = dot % 4 === 3 ? 255 : 0;
      }
    }
  }
  return { width: side, height: side, data };
}

describe('qrPath', () => {
  it('draws what a reader reads', () => {
    const link = `https://hub.example/services/share/s/${'aZ-9_'.repeat(9)}`;
    expect(decodeQR(picture(link))).toBe(link);
  });
});
