import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { EndedJobs } from './ended';
import type { IJobCommands } from './jobcommands';
import { cancel, jobsMeant } from './jobcommands';
import { JobDesk } from './jobdesk';
import { JobListModel } from './joblistmodel';
import { select } from './selection';
import { job } from './testing/samples';
import type { IRemoteJobs, IRemoteSettings } from './tokens';
import { JobsView } from './widgets/jobstab';

const trans = nullTranslator.load('jupyter_remote');

/** A list with one waiting job, and one that ended. */
async function lists() {
  const waiting = job({ state: 'queued' });
  const over = job({ job_id: '3', state: 'stopped' });
  const jobs = {
    all: [waiting],
    backends: new Map(),
    changed: new Signal<unknown, void>({}),
    get: () => undefined,
    look: () => Promise.resolve(),
    open: () => undefined,
    ended: () => Promise.resolve({ jobs: [over], from: {}, silent: {} })
  } as unknown as IRemoteJobs;
  const desk = new JobDesk(jobs, null);
  const settings = {} as IRemoteSettings;
  const commands = {} as IJobCommands['app']['commands'];
  const view = new JobsView({ jobs, desk, settings, commands, trans });
  const ended = new EndedJobs(jobs);
  await ended.load();
  const finished = new JobListModel(ended, desk, trans, () => true);
  const current = () => view.shown;
  const options = { jobs, desk, current, trans } as unknown as IJobCommands;
  return { view, finished, options, waiting, over };
}

describe('jobsMeant', () => {
  it('are those of the list on screen', async () => {
    const { view, finished, options, waiting, over } = await lists();
    const choose = (list: typeof view.shown, key: string) => {
      list.selection = select(list.selection, list.keys, key, 'only');
    };
    choose(view.model, 'slurm/17');
    expect(jobsMeant(options, {})).toEqual([waiting]);
    const changed = jest.fn();
    view.changed.connect(changed);
    view.finished = finished;
    choose(finished, 'slurm/3');
    expect(changed).toHaveBeenCalledTimes(2);
    expect(jobsMeant(options, {})).toEqual([]);
    expect(jobsMeant(options, {}, true)).toEqual([over]);
    view.finished = null;
    expect(jobsMeant(options, {})).toEqual([waiting]);
    finished.dispose();
    view.dispose();
  });
});

describe('cancel', () => {
  it('takes back that the end is no news when it is refused', async () => {
    const desk = { cancelled: new Set<string>() };
    await cancel(job(), { act: () => Promise.resolve() }, desk);
    expect([...desk.cancelled]).toEqual(['slurm/17']);
    const act = () => Promise.reject(new Error('not yours'));
    await expect(cancel(job(), { act }, desk)).rejects.toThrow('not yours');
    expect(desk.cancelled.size).toBe(0);
  });
});
