import { nullTranslator } from '@jupyterlab/translation';

import { Signal } from '@lumino/signaling';

import { graphOf } from './graph';
import { DetailsModel, matchingRows, meters } from './jobdetails';
import { job as sampleJob } from './testing/samples';
import type { IJob, IJobDetails, IRemoteJobs } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

function details(given: Partial<IJobDetails>): IJobDetails {
  return {
    script: '',
    command: '',
    folder: '',
    logs: {},
    asked: {},
    used: {},
    efficiency: {},
    ending: '',
    waits_for: [],
    waited_for_by: [],
    rows: {},
    ...given
  };
}

describe('meters', () => {
  it('say what was used of what was asked for', () => {
    const all = meters(
      details({
        asked: { cpus: 8, memory: 2 ** 34, time: 3600 },
        used: { memory: 2 ** 31, time: 725 },
        efficiency: { cpu: 0.384 }
      }),
      trans
    );
    expect(all.map(({ words }) => words)).toEqual([
      '38 % of 8 cores',
      '2 of 16 GiB',
      '0:12:05 of 1 h'
    ]);
    expect(all.map(({ part }) => part)).toEqual([0.384, 0.125, 725 / 3600]);
  });

  it('say what is known', () => {
    const words = (given: Partial<IJobDetails>) =>
      meters(details(given), trans).map(meter => meter.words);
    expect(words({})).toEqual([]);
    expect(words({ asked: { cpus: 1 } })).toEqual(['1 core']);
    expect(words({ used: { memory: 3.21e9 } })).toEqual(['3.2 GB at most']);
    expect(words({ asked: { memory: 4e9 } })).toEqual(['4 GB']);
  });
});

describe('rows', () => {
  it('match by name and value', () => {
    const rows = { BatchHost: 'node1', Nice: '0', TresPerNode: 'gres:gpu' };
    expect(matchingRows(rows, 'NODE')).toHaveLength(2);
    expect(matchingRows(rows, 'node gpu')).toEqual([
      ['TresPerNode', 'gres:gpu']
    ]);
    expect(matchingRows(rows, '')).toHaveLength(3);
  });
});

/** The details of a job; what the list and the server know is the test's. */
async function opened(key: string, server: IJob | null, noted?: IJob) {
  const list = new Map<string, IJob>();
  const changed = new Signal<unknown, void>({});
  const answer = { job: server };
  const jobs = {
    changed,
    backends: new Map([['slurm', { can: ['details'] }]]),
    get: (each: string) => list.get(each),
    open: () => undefined,
    ready: Promise.resolve(),
    details: jest.fn(() =>
      Promise.resolve({ job: answer.job, details: details({}) })
    )
  };
  const desk = { get: (each: string) => list.get(each) ?? noted };
  const model = new DetailsModel(jobs as unknown as IRemoteJobs, key, desk);
  const settled = async () => {
    changed.emit();
    await jest.advanceTimersByTimeAsync(5_000);
  };
  await jest.advanceTimersByTimeAsync(5_000);
  return { model, list, answer, jobs, settled };
}

describe('DetailsModel', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('follows a task with its array, until the backend forgets it', async () => {
    const task = sampleJob({ job_id: '20_1', array: '20' });
    const array = sampleJob({ job_id: '20', array: '20' });
    const { model, list, answer, jobs, settled } = await opened(
      'slurm/20_1',
      task
    );
    list.set('slurm/20', array);
    await settled();
    const asked = jobs.details.mock.calls.length;
    await settled();
    expect([model.job, model.gone]).toEqual([task, 0]);
    expect(jobs.details).toHaveBeenCalledTimes(asked);
    answer.job = { ...task, state: 'stopped' };
    list.set('slurm/20', { ...array });
    await settled();
    expect([model.job?.state, model.gone]).toEqual(['stopped', 0]);
    answer.job = null;
    list.clear();
    await settled();
    expect([model.job?.state, model.gone > 0]).toEqual(['stopped', true]);
    expect(model.left).toBe(true);
    model.dispose();
  });

  it('has the record of what ended before', async () => {
    const over = sampleJob({ state: 'stopped' });
    const { model } = await opened('slurm/17', null, over);
    expect([model.job, model.left]).toEqual([over, false]);
    model.dispose();
  });
});

describe('graph', () => {
  const job = (job_id: string) => {
    return { job_id, kind: '', name: '', state: '' };
  };

  it('has the job between those before and those after', () => {
    const waits_for = ['1', '2', '3'].map(job);
    const graph = graphOf({ waits_for, waited_for_by: [job('9')] });
    const xs = graph?.nodes.map(({ x }) => x) ?? [];
    expect(new Set(xs).size).toBe(3);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(graph?.edges).toHaveLength(4);
    const before = graph?.nodes.slice(0, 3).map(({ y }) => y) ?? [];
    expect(new Set(before).size).toBe(3);
    expect(graph?.nodes[3]?.y).toBe(before[1]);
  });

  it('leaves out what is too much, and says how much', () => {
    const many = Array.from({ length: 30 }, (_, at) => job(`${at}`));
    const graph = graphOf({ waits_for: [], waited_for_by: many });
    expect(graph?.after).toBe(22);
    expect(graph?.nodes).toHaveLength(9);
    expect(graphOf({ waits_for: [], waited_for_by: [] })).toBeNull();
  });
});
