/** Lengths of time and sizes as people write them; what is ambiguous is refused. Pure. */

const SECONDS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1]
];

const UNITS: readonly (readonly [words: RegExp, seconds: number])[] = [
  [/^w(?:eeks?)?$/, 604_800],
  [/^d(?:ays?)?$/, 86_400],
  [/^h(?:(?:ou)?rs?)?$/, 3_600],
  [/^m(?:in(?:ute)?s?)?$/, 60],
  [/^s(?:ec(?:ond)?s?)?$/, 1]
];

const DAYS = /^(\d+)-(\d+)(?::([0-5]?\d))?(?::([0-5]?\d))?$/;
const CLOCK = /^(\d+):([0-5]?\d)(?::([0-5]?\d))?$/;
const PART = /^(\d+(?:\.\d+)?)\s*([a-z]+)\s*/;

/**
 * Seconds in `1:30` (hours, minutes), `1:30:00`, `2-12:00:00`, `90 min`,
 * `1.5 h`, `2 d 3 h` or `2 d 03:00:00`. Null when it is none of these, as a
 * number without a unit, which means something else to each scheduler.
 */
export function parseDuration(text: string): number | null {
  let rest = text.trim().toLowerCase();
  const days = DAYS.exec(rest);
  if (days) {
    return inSeconds(days.slice(1), [86_400, 3_600, 60, 1]);
  }
  let sum = 0;
  let last = Infinity;
  for (let part = PART.exec(rest); part; part = PART.exec(rest)) {
    const unit = UNITS.find(([words]) => words.test(part[2] ?? ''))?.[1];
    if (unit === undefined || unit >= last) {
      return null;
    }
    sum += Number(part[1]) * unit;
    last = unit;
    rest = rest.slice(part[0].length);
  }
  const clock = last > 3_600 ? CLOCK.exec(rest) : null;
  if (clock) {
    return Math.round(sum) + inSeconds(clock.slice(1), [3_600, 60, 1]);
  }
  return rest === '' && last < Infinity ? Math.round(sum) : null;
}

function inSeconds(
  parts: readonly (string | undefined)[],
  units: readonly number[]
): number {
  return units.reduce(
    (sum, unit, at) => sum + unit * Number(parts[at] ?? 0),
    0
  );
}

/** Whole seconds in words that `parseDuration` reads: `1 h 30 min`. */
export function durationText(seconds: number): string {
  const words: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, size] of SECONDS) {
    const count = Math.floor(rest / size);
    if (count > 0) {
      words.push(`${count} ${unit}`);
    }
    rest -= count * size;
  }
  return words.join(' ') || '0 s';
}

const PREFIXES = ['', 'k', 'm', 'g', 't', 'p'];
const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)(b?)$/;

/**
 * Bytes in `4 GB` (10^9), `4 GiB` or, as schedulers mean it, `4G` (2^30).
 * Null when it is none of these, as a number without a unit.
 */
export function parseSize(text: string): number | null {
  const match = SIZE.exec(text.trim().toLowerCase());
  if (!match) {
    return null;
  }
  const [, digits, prefix = '', i, b] = match;
  if (prefix === '' && (i || !b)) {
    return null;
  }
  const base = b && !i ? 1000 : 1024;
  const count = Number(digits) * base ** PREFIXES.indexOf(prefix);
  return Number.isSafeInteger(Math.round(count)) ? Math.round(count) : null;
}

/** The units of a base, smallest first. */
function sizeUnits(base: 1000 | 1024): readonly string[] {
  return base === 1000
    ? ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
    : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
}

/** Bytes in words that `parseSize` reads, without loss: `4 GB`, `16 GiB`. */
export function sizeText(count: number): string {
  let best = `${count} B`;
  for (const base of [1000, 1024] as const) {
    sizeUnits(base).forEach((unit, power) => {
      const value = count / base ** power;
      const words = `${Number(value.toFixed(2))} ${unit}`;
      const exact = parseSize(words) === count;
      if (value >= 1 && exact && numberLength(words) < numberLength(best)) {
        best = words;
      }
    });
  }
  return best;
}

function numberLength(words: string): number {
  return words.indexOf(' ');
}

/** The unit in which a size is a short number: `GiB` for 16 GiB, `GB` for 4 GB. */
export function sizeUnit(count: number): string {
  const base = sizeText(count).includes('i') ? 1024 : 1000;
  const units = sizeUnits(base);
  return units.filter((_, power) => count >= base ** power).pop() ?? 'B';
}

/** Bytes as a rounded number of such units, without the unit: `2.1`. */
export function sizeIn(count: number, unit: string): string {
  const base = unit.includes('i') ? 1024 : 1000;
  const power = Math.max(0, sizeUnits(base).indexOf(unit));
  const value = count / base ** power;
  const rounded = value < 1 ? value.toPrecision(2) : value.toFixed(1);
  return String(Number(value < 100 ? rounded : value.toFixed(0)));
}
