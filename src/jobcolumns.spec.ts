import { nullTranslator } from '@jupyterlab/translation';

import { cellText, fit, USUAL } from './jobcolumns';
import type { Column } from './joborder';
import { job } from './testing/samples';

const trans = nullTranslator.load('jupyter_remote');

describe('fit', () => {
  const usual = new Set(USUAL);

  it('leaves out what matters least, never name and state', () => {
    expect(fit(usual, 2_000, false).columns).toEqual(USUAL);
    expect(fit(usual, 1_000, false).columns).not.toContain('submitted');
    expect(fit(usual, 100, false).columns).toEqual(['name', 'state']);
    expect(fit(new Set(), 2_000, false).columns).toEqual(['name', 'state']);
  });

  it('keeps what the user added, if need be wider than the room', () => {
    const chosen = new Set<Column>([...USUAL, 'qos', 'memory']);
    const { columns, width, template } = fit(chosen, 300, true);
    expect(columns).toEqual(['name', 'state', 'qos', 'memory']);
    expect(width).toBeGreaterThan(300);
    expect(template.split('px')).toHaveLength(columns.length + 2);
  });
});

describe('cellText', () => {
  const now = Date.parse('2026-11-21T10:12:08.000Z');
  const text = (of: Column, changes: Parameters<typeof job>[0] = {}) =>
    cellText(of, job(changes), now, trans);

  it('says what is known, else nothing', () => {
    expect(text('left')).toBe('0:47:55');
    expect(text('left', { time_limit: null })).toBe('');
    expect(text('memory', { memory: 2e9 })).toBe('2.0 GB');
    expect(text('cpus', { cpus: 1024 })).toBe('1,024');
    expect(text('line', { line: 3 })).toBe('');
    expect(text('line', { line: 3, state: 'queued' })).toBe('3');
    expect(text('user')).toBe('ada');
  });
});
