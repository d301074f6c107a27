import {
  durationText,
  parseDuration,
  parseSize,
  sizeIn,
  sizeText,
  sizeUnit
} from './durations';
import { randomFrom } from './testing/samples';

describe('parseDuration', () => {
  it.each([
    ['1:30:00', 5400],
    ['1:30', 5400],
    ['36:00:00', 129_600],
    ['90 min', 5400],
    ['90min', 5400],
    ['90 Minutes', 5400],
    ['45 s', 45],
    ['1.5 h', 5400],
    ['2h30m', 9000],
    ['1 h 30 min', 5400],
    ['2-12:00:00', 216_000],
    ['2-12', 216_000],
    ['2 d 03:00:00', 183_600],
    ['3 days', 259_200],
    [' 1 w ', 604_800]
  ])('%s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '90', '1.5', '1:75', '1:30:99', 'soon', '5 parsecs', '-1 h'])(
    'refuses %p',
    text => {
      expect(parseDuration(text)).toBeNull();
    }
  );

  it.each(['30 min 1 h', '1 h 1 h', '1 h 2:00:00', '3 h x'])(
    'refuses %p, which is no order that people write',
    text => {
      expect(parseDuration(text)).toBeNull();
    }
  );

  it('reads what durationText writes', () => {
    const next = randomFrom(1);
    for (let turn = 0; turn < 2000; turn += 1) {
      const seconds = Math.floor(10 ** (next() * 7));
      expect(parseDuration(durationText(seconds))).toBe(seconds);
    }
  });
});

describe('durationText', () => {
  it.each([
    [0, '0 s'],
    [45, '45 s'],
    [5400, '1 h 30 min'],
    [86_400, '1 d'],
    [183_605, '2 d 3 h 5 s']
  ])('%d', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('parseSize', () => {
  it.each([
    ['4 GB', 4e9],
    ['4GB', 4e9],
    ['4 gb', 4e9],
    ['4G', 2 ** 32],
    ['4 GiB', 2 ** 32],
    ['1.5 TB', 1.5e12],
    ['512 B', 512],
    ['100 kB', 100_000]
  ])('%s', (text, count) => {
    expect(parseSize(text)).toBe(count);
  });

  it.each(['', '4', '4 i', '4 iB', 'GB', '-4 GB', '4 GBs', '1e999 GB'])(
    'refuses %p',
    text => {
      expect(parseSize(text)).toBeNull();
    }
  );

  it('reads what sizeText writes', () => {
    const next = randomFrom(2);
    for (let turn = 0; turn < 2000; turn += 1) {
      const unit = next() < 0.5 ? 1000 : 1024;
      const power = Math.floor(next() * 5);
      const count = Math.ceil(next() * 900) * unit ** power + (turn % 2);
      expect(parseSize(sizeText(count))).toBe(count);
    }
  });
});

describe('sizes', () => {
  it.each([
    [4e9, '4 GB'],
    [2 ** 34, '16 GiB'],
    [1.5e12, '1.5 TB'],
    [1536 * 2 ** 20, '1.5 GiB'],
    [999, '999 B'],
    [0, '0 B'],
    [1_000_001, '1000001 B']
  ])('%d are %s', (count, text) => {
    expect(sizeText(count)).toBe(text);
  });

  it('are counted in the unit of what was asked for', () => {
    expect(sizeUnit(2 ** 34)).toBe('GiB');
    expect(sizeIn(2.3e9, sizeUnit(2 ** 34))).toBe('2.1');
    expect(sizeIn(2 ** 34, sizeUnit(2 ** 34))).toBe('16');
    expect(sizeIn(0, 'GB')).toBe('0');
    expect(sizeUnit(2_345_678_901)).toBe('GB');
    expect(sizeIn(2_345_678_901, 'GB')).toBe('2.3');
  });
});
