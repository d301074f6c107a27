import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { EndedJobs } from './ended';
import { collapse } from './endedarrays';
import { isGroup, shareOf } from './jobgroups';
import { JobListModel } from './joblistmodel';
import type { JobDesk } from './jobdesk';
import { NEWEST } from './joborder';
import { keyOf } from './jobstore';
import { outcomes } from './lookback';
import { job } from './testing/samples';
import type { IJob, IRemoteJobs } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

const task = (index: number, changes: Partial<IJob> = {}): IJob =>
  job({
    job_id: `20_${index}`,
    array: '20',
    state: 'stopped',
    word: 'COMPLETED',
    exit_code: 0,
    started: `2026-11-21T10:0${index}:00.000Z`,
    ended: `2026-11-21T11:0${index}:00.000Z`,
    ...changes
  });

const failed = task(3, { state: 'failed', word: 'TIMEOUT', exit_code: null });
const cancelled = task(4, { word: 'CANCELLED', tasks: 5, started: null });
const single = job({ job_id: '7', state: 'stopped', exit_code: 0 });

describe('arrays that ended', () => {
  it('are one row, with what became of their tasks', () => {
    const others = [failed, task(1), cancelled];
    const tasks = [task(2), ...others];
    const { jobs, members } = collapse([task(2), single, ...others]);
    expect(jobs.map(keyOf)).toEqual(['slurm/20', 'slurm/7']);
    expect(members.get('slurm/20')).toEqual(tasks);
    const [array] = jobs as [IJob];
    expect(isGroup(array)).toBe(true);
    expect(array).toMatchObject({
      state: 'failed',
      word: 'TIMEOUT',
      exit_code: null,
      tasks: 8,
      counts: { stopped: 7, failed: 1 },
      well: 2,
      started: '2026-11-21T10:01:00.000Z',
      ended: '2026-11-21T11:04:00.000Z'
    });
    expect(shareOf(array)).toMatchObject({ tasks: 8, done: 8, failed: 1 });
    expect(outcomes([array])).toEqual(outcomes(tasks));
  });

  it('leave single tasks, other backends and whole arrays alone', () => {
    const whole = job({ job_id: '20', array: '20', tasks: 2 });
    expect(collapse([task(1)]).jobs).toEqual([task(1)]);
    expect(collapse([whole, task(1), task(2)]).jobs).toHaveLength(3);
    const other = { ...task(2), backend: 'htcondor' };
    expect(collapse([task(1), other]).jobs).toHaveLength(2);
    expect(collapse([]).jobs).toEqual([]);
  });

  it('are filtered by their tasks, which are counted one by one', async () => {
    const jobs = {
      ended: () =>
        Promise.resolve({
          jobs: [single, task(1), task(2), failed],
          from: {},
          silent: {}
        }),
      backends: new Map(),
      tasks: () => Promise.reject(new Error('not asked'))
    };
    const list = new EndedJobs(jobs as unknown as IRemoteJobs);
    await list.load();
    const desk = {
      order: NEWEST,
      changed: new Signal<object, void>({}),
      acted: new Signal<object, readonly IJob[]>({}),
      note: () => undefined
    };
    const model = new JobListModel(
      list,
      desk as unknown as JobDesk,
      trans,
      () => true
    );
    expect(model.rows).toHaveLength(2);
    expect(model.single).toHaveLength(4);
    model.wanted = 'timeout';
    expect(model.rows.map(({ key }) => key)).toEqual(['slurm/20']);
    expect(model.single).toEqual([failed]);
    model.wanted = '20_2';
    expect(model.single).toEqual([task(2)]);
    const array = list.get('slurm/20');
    expect(array && (await list.tasks(keyOf(array)))).toHaveLength(3);
    expect(list.get('slurm/20_2')).toEqual(task(2));
    model.dispose();
  });
});
