import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISession, State } from './tokens';

/** States that change by themselves. */
export const MOVING: ReadonlySet<State> = new Set([
  'submitting',
  'queued',
  'starting',
  'stopping'
]);

/** States after which nothing happens. */
export const ENDED: ReadonlySet<State> = new Set(['stopped', 'failed', 'lost']);

/** The word for a state. */
export function stateWord(state: State, trans: TranslationBundle): string {
  switch (state) {
    case 'submitting':
      return trans.__('Submitting');
    case 'queued':
      return trans.__('Queued');
    case 'starting':
      return trans.__('Starting');
    case 'running':
      return trans.__('Running');
    case 'stopping':
      return trans.__('Stopping');
    case 'stopped':
      return trans.__('Stopped');
    case 'failed':
      return trans.__('Failed');
    case 'lost':
      return trans.__('Lost');
    default:
      return state;
  }
}

/** Seconds from a record's time to `now` (ms), never negative; NaN without. */
export function secondsSince(time: string | null, now: number): number {
  return time ? Math.max(0, (now - Date.parse(time)) / 1000) : NaN;
}

/** A length of time in its largest unit: `12 s`, `3 min`, `5 h`, `2 d`. */
export function duration(seconds: number, trans: TranslationBundle): string {
  const whole = Math.floor(seconds);
  if (whole < 60) {
    return trans.__('%1 s', whole);
  }
  if (whole < 3600) {
    return trans.__('%1 min', Math.floor(whole / 60));
  }
  if (whole < 48 * 3600) {
    return trans.__('%1 h', Math.floor(whole / 3600));
  }
  return trans.__('%1 d', Math.floor(whole / 86400));
}

/** Bytes with a decimal unit, three digits at most: `412 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** How long the session runs, or ran, or when it was asked for. */
function ageDetail(
  session: ISession,
  now: number,
  trans: TranslationBundle
): string {
  if (session.ended) {
    const ago = secondsSince(session.ended, now);
    return trans.__('ended %1 ago', duration(ago, trans));
  }
  return duration(secondsSince(session.started ?? session.created, now), trans);
}

function activityDetail(
  session: ISession,
  now: number,
  trans: TranslationBundle
): string {
  const idle = secondsSince(session.activity, now);
  if (Number.isNaN(idle)) {
    return '';
  }
  return idle < 60
    ? trans.__('active now')
    : trans.__('active %1 ago', duration(idle, trans));
}

/** The small print of a row, most telling first. */
export function details(
  session: ISession,
  now: number,
  trans: TranslationBundle
): string[] {
  const parts = [ageDetail(session, now, trans)];
  if (!ENDED.has(session.state)) {
    if (session.clients > 0) {
      parts.push(trans.__('%1 open', session.clients));
    }
    parts.push(activityDetail(session, now, trans));
    if (session.memory) {
      parts.push(bytes(session.memory));
    }
  }
  // A part is not torn apart at the end of a line.
  return parts
    .filter(part => part !== '')
    .map(part => part.replace(/ /g, '\u00a0'));
}

/** Words with a capital letter at the start; an address stays as it is. */
export function sentence(words: string): string {
  return /^https?:\/\//.test(words)
    ? words
    : words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same with a full stop at the end. */
export function fullSentence(words: string): string {
  return sentence(words).replace(/([^.!?…])$/, '$1.');
}

/** Why it ended, in a sentence; empty when there is nothing to say. */
export function endReason(session: ISession, trans: TranslationBundle): string {
  if (session.reason) {
    return sentence(session.reason);
  }
  if (session.signal) {
    return trans.__('It was ended by the signal %1.', session.signal);
  }
  if (session.exit_code) {
    return trans.__('It ended with exit code %1.', session.exit_code);
  }
  return '';
}

/** The last `count` lines that are not empty. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  return lines.slice(-count).join('\n');
}

// What Xpra and its helpers say: a time, or a name, at the start of the line.
const XPRA =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} |\(Xpra:\d+\)|dbus-daemon\[|Warning: running as root)/;

/**
 * The last lines of an ended session's log. A program that ended by itself
 * said why before Xpra told at length how it shut down.
 */
export function lastWords(
  session: ISession,
  text: string,
  count: number
): string {
  const byItself = session.exit_code !== null || session.signal !== null;
  if (session.app !== 'program' || !byItself) {
    return lastLines(text, count);
  }
  const lines = text.split('\n').filter(line => !XPRA.test(line));
  return lastLines(lines.join('\n'), count) || lastLines(text, count);
}

/** At most `length` characters, with an ellipsis. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

// Escape sequences of terminals (ECMA-48: CSI, OSC, two-character ones).
const ESCAPES =
  // eslint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Log text as a person reads it: no escape sequences, no control characters. */
export function plainText(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n/g, '\n')
    .replace(/^.*\r(?=[^\n])/gm, '')
    .replace(CONTROLS, '');
}

/** Name of a screenshot taken at `when`, local time: `desktop-2026-11-21-101500.png`. */
export function screenshotName(when: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [
    when.getFullYear(),
    two(when.getMonth() + 1),
    two(when.getDate())
  ].join('-');
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()]
    .map(two)
    .join('');
  return `desktop-${day}-${time}.png`;
}
