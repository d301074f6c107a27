import { move, NOTHING, select, selectAll } from './selection';

const ORDER = ['a', 'b', 'c', 'd'];

describe('selection', () => {
  it('is one row, more with Ctrl, a range with Shift', () => {
    const one = select(NOTHING, ORDER, 'b', 'only');
    expect([...one.keys]).toEqual(['b']);
    const two = select(one, ORDER, 'd', 'toggle');
    expect([...two.keys]).toEqual(['b', 'd']);
    expect([...select(two, ORDER, 'b', 'toggle').keys]).toEqual(['d']);
    const range = select(one, ORDER, 'd', 'range');
    expect([...range.keys]).toEqual(['b', 'c', 'd']);
    expect([...select(range, ORDER, 'a', 'range').keys]).toEqual(['a', 'b']);
    expect([...select(NOTHING, ORDER, 'c', 'range').keys]).toEqual(['c']);
  });

  it('moves and stays in the list', () => {
    const first = move(NOTHING, ORDER, 1, 'only');
    expect(first.active).toBe('a');
    expect(move(first, ORDER, -1, 'only').active).toBe('a');
    expect(move(first, ORDER, 99, 'only').active).toBe('d');
    expect([...move(first, ORDER, 1, 'range').keys]).toEqual(['a', 'b']);
    expect(move(NOTHING, [], 1, 'only')).toBe(NOTHING);
  });

  it('takes all', () => {
    expect(selectAll(ORDER).keys.size).toBe(4);
  });
});
