import { Touches } from './touch';

describe('Touches', () => {
  it('report each session at most once a minute', () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const report = jest.fn(() => Promise.reject(new Error('offline')));
    const touches = new Touches(report);
    touches.touch('a');
    touches.touch('b');
    touches.touch('a');
    expect(report.mock.calls).toEqual([['a'], ['b']]);
    jest.setSystemTime(1_060_000);
    touches.touch('a');
    expect(report).toHaveBeenCalledTimes(3);
    jest.useRealTimers();
  });
});
