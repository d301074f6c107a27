import type { IStateDB } from '@jupyterlab/statedb';

import { USUAL } from './jobcolumns';
import { JobDesk } from './jobdesk';
import { labPath } from './jobfolder';
import { job } from './testing/samples';
import type { IJob } from './tokens';
import { linePoints } from './widgets/sparkline';

const jobs = (...listed: IJob[]) => ({
  look: () => Promise.resolve(),
  get: (key: string) =>
    listed.find(({ backend, job_id }) => `${backend}/${job_id}` === key)
});

function stateWith(kept: unknown) {
  const save = jest.fn(() => Promise.resolve());
  const fetch = () => Promise.resolve(kept);
  return { save, state: { fetch, save } as unknown as IStateDB };
}

describe('JobDesk', () => {
  it('keeps columns, order and marks', async () => {
    const { state, save } = stateWith({
      columns: ['qos', 'unknown'],
      order: { column: 'name', down: true },
      marks: { 'slurm/1': Date.now(), 'slurm/old': 1 }
    });
    const desk = new JobDesk(jobs(), state);
    desk.mark(['slurm/2'], true);
    await desk.loaded;
    expect([...desk.columns]).toEqual(['name', 'state', 'qos']);
    expect(desk.order).toEqual({ column: 'name', down: true });
    const marked = ['slurm/1', 'slurm/2', 'slurm/old'].map(key =>
      desk.isMarked(key)
    );
    expect(marked).toEqual([true, true, false]);
    desk.mark(['slurm/1'], false);
    desk.columns = null;
    expect([...desk.columns]).toEqual(USUAL);
    await Promise.resolve();
    const last = save.mock.lastCall as unknown as [string, object];
    expect(last[1]).toMatchObject({ columns: null, order: { down: true } });
    desk.dispose();
  });

  it('does without a memory', async () => {
    const { state } = stateWith({ columns: 7, order: 'x' });
    const desk = new JobDesk(jobs(), state);
    await desk.loaded;
    expect([...desk.columns]).toEqual(USUAL);
    desk.dispose();
  });

  it('marks the array of a member, and knows what was asked for', () => {
    const array = job({ job_id: '20', array: '20' });
    const member = job({ job_id: '20_1', array: '20' });
    const desk = new JobDesk(jobs(array), null);
    expect(desk.markKey(member)).toBe('slurm/20');
    expect(desk.markKey(job({ array: '99' }))).toBe('slurm/17');
    expect(desk.get('slurm/20_1')).toBeUndefined();
    const newer = { ...member };
    desk.note('a list', [member]);
    desk.note('history', [newer]);
    expect(desk.get('slurm/20_1')).toBe(newer);
    desk.note('history', [job({ job_id: '3' })]);
    expect(desk.get('slurm/20_1')).toBe(member);
    desk.note('a list', []);
    expect(desk.get('slurm/20_1')).toBeUndefined();
    desk.dispose();
  });
});

describe('labPath', () => {
  it('is relative to the top of the file browser', () => {
    const roots = ['/home/ada/', '/gpfs/u/ada'];
    expect(labPath('/home/ada/runs/a', roots)).toBe('runs/a');
    expect(labPath('/gpfs/u/ada/x', roots)).toBe('x');
    expect(labPath('/home/ada/', roots)).toBe('');
    expect(labPath('/home/adam/x', roots)).toBeNull();
    expect(labPath('/scratch/ada', roots)).toBeNull();
    expect(labPath('/etc', ['/'])).toBe('etc');
    expect(labPath('', roots)).toBeNull();
  });
});

describe('linePoints', () => {
  it('draws steps from the first point to now', () => {
    const trend = [
      [0, 0, 5],
      [50, 4, 1]
    ] as const;
    expect(linePoints(trend, 100, 100, 10)).toBe('0,9 50,9 50,1 100,1');
    expect(linePoints([], 100, 100, 10)).toBe('');
  });
});
