import { nullTranslator } from '@jupyterlab/translation';

import {
  bytes,
  details,
  duration,
  endReason,
  lastLines,
  lastWords,
  plainText,
  screenshotName,
  secondsSince,
  sentence,
  shorten,
  stateWord
} from './format';
import { sample } from './testing/samples';

const trans = nullTranslator.load('jupyter_remote');

describe('lastWords', () => {
  const log = [
    '(Xpra:12): Gtk-CRITICAL **: 12:18:04.329: failed',
    'viewer: cannot open model.vtk',
    '2026-11-21 12:18:08,874 got signal SIGTERM',
    '2026-11-21 12:18:08,965  server shutdown'
  ].join('\n');
  const program = sample({ app: 'program', state: 'failed', exit_code: 2 });

  it('are those of a program that ended, not those of Xpra', () => {
    const said = 'viewer: cannot open model.vtk';
    expect(lastWords(program, log, 2)).toBe(said);
    const silent = log.replace(said, '');
    expect(lastWords(program, silent, 1)).toMatch(/server shutdown$/);
  });

  it('are those of Xpra when it is what failed', () => {
    const late = { ...program, exit_code: null };
    expect(lastWords(late, log, 1)).toMatch(/server shutdown$/);
    const desktop = { ...program, app: 'desktop' };
    expect(lastWords(desktop, log, 1)).toMatch(/server shutdown$/);
  });
});

describe('sentence', () => {
  it('begins with a capital letter', () => {
    expect(sentence('cannot use /tmp')).toBe('Cannot use /tmp');
    expect(sentence('')).toBe('');
  });
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [172799, '47 h'],
    [172800, '2 d']
  ])('%d seconds', (seconds, text) => {
    expect(duration(seconds, trans)).toBe(text);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9960, '10 kB'],
    [412_300_000, '412 MB'],
    [999_600_000, '1.0 GB']
  ])('%d', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});

/** With plain spaces. */
const spaced = (text: string) => text.replace(/\u00a0/g, ' ');

describe('details', () => {
  const now = Date.parse('2026-11-21T10:10:03Z');

  it('tells of a running session', () => {
    const session = sample({
      clients: 2,
      activity: '2026-11-21T10:07:00Z',
      memory: 412_000_000
    });
    expect(details(session, now, trans).map(spaced)).toEqual([
      '10 min',
      '2 open',
      'active 3 min ago',
      '412 MB'
    ]);
  });

  it('tells of an ended one only when', () => {
    const session = sample({
      state: 'stopped',
      ended: '2026-11-21T10:09:00Z',
      clients: 1,
      memory: 5
    });
    expect(details(session, now, trans).map(spaced)).toEqual([
      'ended 1 min ago'
    ]);
  });

  it('never counts backwards when the clocks differ', () => {
    expect(secondsSince('2026-11-21T10:20:00Z', now)).toBe(0);
    expect(secondsSince(null, now)).toBeNaN();
  });
});

describe('endReason', () => {
  it('prefers the server’s words', () => {
    const reason = 'stopped on request';
    expect(endReason(sample({ reason }), trans)).toBe('Stopped on request');
    expect(endReason(sample({ signal: 'SIGKILL' }), trans)).toContain(
      'SIGKILL'
    );
    expect(endReason(sample({ exit_code: 3 }), trans)).toContain('3');
    expect(endReason(sample({ exit_code: 0 }), trans)).toBe('');
  });
});

describe('plainText', () => {
  it('drops what terminals act on', () => {
    const text = '\u001b[1;31mred\u001b[0m \u001b]0;title\u0007plain\u0000';
    expect(plainText(text)).toBe('red plain');
  });

  it('shows a progress bar as it ended', () => {
    expect(plainText('10 %\r55 %\r100 %\nnext\r\nline\r\n')).toBe(
      '100 %\nnext\nline\n'
    );
  });

  it('leaves markup alone: it is shown as text', () => {
    expect(plainText('<b>&amp;\t</b>')).toBe('<b>&amp;\t</b>');
  });
});

describe('texts', () => {
  it('takes the last lines that say something', () => {
    expect(lastLines('a\n\nb\n \nc\n', 2)).toBe('b\nc');
    expect(lastLines('', 2)).toBe('');
  });

  it('shortens', () => {
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('abc', 4)).toBe('abc');
  });

  it('names screenshots by local time', () => {
    const when = new Date(2026, 10, 21, 10, 15, 0);
    expect(screenshotName(when)).toBe('desktop-2026-11-21-101500.png');
  });

  it('has a word for every state', () => {
    expect(stateWord('lost', trans)).toBe('Lost');
    expect(stateWord('new' as 'lost', trans)).toBe('new');
  });
});
