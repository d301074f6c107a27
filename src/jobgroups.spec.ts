import { Groups, isGroup, rowsOf, shareOf } from './jobgroups';
import { NEWEST } from './joborder';
import { job } from './testing/samples';
import type { IJob } from './tokens';

const array = job({
  job_id: '20',
  array: '20',
  tasks: 10,
  counts: { running: 1, queued: 4, stopped: 3, failed: 2 }
});
const task = (index: number, changes: Partial<IJob> = {}) =>
  job({ job_id: `20_${index}`, array: '20', ...changes });

const settled = () => new Promise(resolve => setTimeout(resolve, 5));

describe('arrays', () => {
  it('are told from their tasks, and say how far they are', () => {
    expect([array, task(1), job()].map(isGroup)).toEqual([true, false, false]);
    expect(shareOf(job())).toBeNull();
    expect(shareOf(array)).toEqual({
      tasks: 10,
      done: 5,
      failed: 2,
      running: 1
    });
  });

  it('show their members below them, in order, those that match alone', () => {
    const members = {
      jobs: [task(10), task(2), task(1, { state: 'failed' })],
      loading: false,
      problem: ''
    };
    const groups = { members: () => members };
    const keys = (matching: (jobs: readonly IJob[]) => readonly IJob[]) =>
      rowsOf(groups, [job(), array], NEWEST, matching).map(({ key }) => key);
    expect(keys(jobs => jobs)).toEqual([
      'slurm/17',
      'slurm/20',
      'slurm/20_1',
      'slurm/20_2',
      'slurm/20_10'
    ]);
    expect(
      keys(jobs => jobs.filter(({ state }) => state === 'failed'))
    ).toEqual(['slurm/17', 'slurm/20', 'slurm/20_1']);
    expect(keys(() => [])).toHaveLength(5);
  });
});

describe('Groups', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(1e12);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('asks when an array opens, and again when its record says something else', async () => {
    const ask = jest.fn(() => Promise.resolve([task(1)]));
    const groups = new Groups(ask);
    groups.open(array);
    groups.open(array);
    expect(groups.members('slurm/20')?.loading).toBe(true);
    await settled();
    expect(ask.mock.calls).toEqual([['slurm/20']]);
    expect(groups.members('slurm/20')?.jobs).toEqual([task(1)]);
    (Date.now as jest.Mock).mockReturnValue(1e12 + 10_000);
    groups.update(() => ({ ...array }));
    await settled();
    expect(ask).toHaveBeenCalledTimes(1);
    groups.update(() => ({ ...array, state: 'stopped' }));
    await settled();
    expect(ask).toHaveBeenCalledTimes(2);
    groups.close('slurm/20');
    expect(groups.members('slurm/20')).toBeUndefined();
    groups.dispose();
  });

  it('keeps what it has when the server refuses, and says why', async () => {
    const ask = jest.fn(() => Promise.reject(new Error('no such array')));
    const groups = new Groups(ask);
    groups.open(array);
    await settled();
    expect(groups.members('slurm/20')).toEqual({
      jobs: [],
      loading: false,
      problem: 'no such array'
    });
    groups.dispose();
  });

  it('asks again for what was done to members, and once more later', async () => {
    const later = jest.spyOn(window, 'setTimeout');
    const ask = jest.fn(() => Promise.resolve([task(1)]));
    const groups = new Groups(ask);
    groups.open(array);
    await settled();
    (Date.now as jest.Mock).mockReturnValue(1e12 + 10_000);
    groups.again(['slurm/20', 'slurm/99']);
    await settled();
    expect(ask).toHaveBeenCalledTimes(2);
    (Date.now as jest.Mock).mockReturnValue(1e12 + 20_000);
    (later.mock.calls.find(([, wait]) => wait === 5_000)?.[0] as () => void)();
    await settled();
    expect(ask).toHaveBeenCalledTimes(3);
    groups.dispose();
  });

  it('closes arrays that are gone', async () => {
    const groups = new Groups(() => Promise.resolve([task(1)]));
    groups.open(array);
    await settled();
    expect(groups.all).toEqual([task(1)]);
    groups.update(() => undefined);
    expect(groups.all).toEqual([]);
    groups.dispose();
  });
});
