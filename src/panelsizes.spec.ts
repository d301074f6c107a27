import { randomFrom } from './testing/samples';
import { heights } from './panelsizes';

describe('heights', () => {
  it.each([
    [[100, 60, 90], 500, [350, 60, 90]],
    [[800, 60, 90], 500, [350, 60, 90]],
    [[800, 900, 90], 690, [450, 150, 90]],
    [[100, 900, 90], 600, [100, 410, 90]],
    [[800, 900, 900, 900], 600, [300, 100, 100, 100]],
    [[100], 500, [500]],
    [[], 500, []]
  ])('%j in %i: %j', (needs, room, given) => {
    expect(heights(needs, room)).toEqual(given);
  });

  it('fill the room, and leave nobody short for another’s sake', () => {
    const next = randomFrom(3);
    for (let turn = 0; turn < 500; turn += 1) {
      const needs = Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
        Math.floor(next() * 900)
      );
      const room = Math.floor(next() * 1200);
      const given = heights(needs, room);
      expect(given.reduce((a, b) => a + b, 0)).toBeCloseTo(room);
      const short = given.filter((got, at) => got < (needs[at] ?? 0) - 1e-6);
      const most = Math.max(...given.slice(1), 0);
      given.forEach((got, at) => {
        if (at > 0 && got < (needs[at] ?? 0) - 1e-6) {
          expect(got).toBeCloseTo(most);
        }
      });
      if (short.length > 0 && given[0] !== undefined) {
        expect(given[0]).toBeLessThanOrEqual(Math.max(needs[0] ?? 0, 0) + 1e-6);
      }
    }
  });
});
