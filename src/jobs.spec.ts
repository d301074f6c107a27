import { ServerConnection } from '@jupyterlab/services';

import type { IJobListing } from './jobclient';
import { fromKey, jobEvent, keyOf } from './jobstore';
import { event, mirror, SEEN } from './testing/jobs';
import { job, sample } from './testing/samples';
import type { IJobBackend } from './tokens';

describe('Jobs', () => {
  it('asks nothing until somebody opens the list', async () => {
    const { jobs, client, emit } = mirror([job()]);
    emit({ changed: [job({ name: 'early' })] });
    expect(client.jobs).not.toHaveBeenCalled();
    jobs.open();
    jobs.open();
    await jobs.ready;
    expect(client.jobs).toHaveBeenCalledTimes(1);
    expect(jobs.all).toEqual([job()]);
    jobs.dispose();
  });

  it('follows events', async () => {
    const { jobs, client, emit } = mirror([job(), job({ job_id: '18' })]);
    let changes = 0;
    jobs.changed.connect(() => (changes += 1));
    jobs.open();
    await jobs.ready;
    const next = job({ state: 'failed' });
    emit({ changed: [next], gone: ['18'], silent: 'timed out' });
    expect(jobs.all).toEqual([next]);
    expect(jobs.get('slurm/17')).toEqual(next);
    expect(jobs.backends.get('slurm')).toEqual({
      seen: null,
      silent: 'timed out',
      can: ['hold']
    });
    emit({ sequence: 6, gone: ['17'] });
    expect(jobs.all).toHaveLength(1);
    expect(changes).toBe(2);
    expect(client.jobs).toHaveBeenCalledTimes(1);
    jobs.dispose();
  });

  it('gives jobs the names of our sessions', async () => {
    const { jobs, rename } = mirror([job({ name: 'jr-a', session: 'a' })]);
    rename(sample({ name: 'Desktop' }));
    jobs.open();
    await jobs.ready;
    expect(jobs.get('slurm/17')?.name).toBe('Desktop');
    rename(sample({ name: 'Renamed' }));
    expect(jobs.all[0]?.name).toBe('Renamed');
    jobs.dispose();
  });

  it('lists again when an event was lost', async () => {
    const { jobs, client, emit } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    emit({ sequence: 9, changed: [job({ name: 'hint' })] });
    expect(jobs.get('slurm/17')?.name).toBe('hint');
    await jobs.refresh();
    expect(client.jobs.mock.calls.length).toBeGreaterThan(1);
    expect(jobs.get('slurm/17')?.name).toBe('fit');
    jobs.dispose();
  });

  it('lists again also while the page is hidden', async () => {
    const hide = (state: DocumentVisibilityState) => {
      jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const { jobs, client, emit } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    hide('hidden');
    for (const [index, sequence] of [9, 19, 29].entries()) {
      emit({ sequence });
      while (client.jobs.mock.calls.length < index + 2) {
        await new Promise(resolve => setTimeout(resolve, 1));
      }
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    expect(client.jobs.mock.calls.length).toBeGreaterThan(3);
    jobs.dispose();
    hide('visible');
    jest.restoreAllMocks();
  });

  it('lists again when asked while a listing is on its way', async () => {
    const { jobs, client } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    const old = await client.jobs();
    client.jobs.mockClear();
    let answer: (listing: IJobListing) => void = () => undefined;
    client.jobs.mockImplementationOnce(
      () => new Promise(resolve => (answer = resolve))
    );
    const first = jobs.refresh();
    while (client.jobs.mock.calls.length === 0) {
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    const second = jobs.refresh();
    client.jobs.mockResolvedValueOnce({ ...old, jobs: [] });
    answer(old);
    await Promise.all([first, second]);
    expect(client.jobs).toHaveBeenCalledTimes(2);
    expect(jobs.all).toEqual([]);
    // Right after a listing, too.
    await jobs.refresh();
    expect(client.jobs).toHaveBeenCalledTimes(3);
    jobs.dispose();
  });

  it('keeps the list when the server cannot be reached', async () => {
    const { jobs, client } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    const error = new ServerConnection.NetworkError(new TypeError('offline'));
    client.jobs.mockRejectedValueOnce(error);
    await expect(jobs.refresh()).rejects.toThrow();
    expect(jobs.freshness).toBe('offline');
    expect(jobs.all).toHaveLength(1);
    jobs.dispose();
  });

  it('lets jobs stand until a new server has seen their backend', async () => {
    const { jobs, client, emit } = mirror([job(), job({ job_id: '18' })]);
    jobs.open();
    await jobs.ready;
    const old = await client.jobs();
    const slurm: IJobBackend = { seen: null, silent: '', can: ['hold'] };
    const blank = { ...old, jobs: [], sequence: 50, backends: { slurm } };
    client.jobs.mockResolvedValueOnce(blank);
    await jobs.refresh();
    expect(jobs.all).toHaveLength(2);
    // Of 18, which ended meanwhile, the event says nothing.
    const left = job({ name: 'left' });
    client.jobs.mockResolvedValue({ ...old, sequence: 51, jobs: [left] });
    emit({ sequence: 51, changed: [left], seen: SEEN });
    while (jobs.all.length > 1) {
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    expect(jobs.all).toEqual([left]);
    jobs.dispose();
  });

  it('lets jobs of a backend that a new server does not know stand once', async () => {
    const { jobs, client, emit } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    const old = await client.jobs();
    client.jobs.mockResolvedValueOnce({ ...old, jobs: [], backends: {} });
    await jobs.refresh();
    expect(jobs.all).toEqual([job()]);
    // It comes while they stand: the list is asked for again.
    client.jobs.mockResolvedValueOnce({ ...old, sequence: 7, jobs: [] });
    emit({ sequence: 6, seen: SEEN });
    while (jobs.all.length > 0) {
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    jobs.dispose();
  });

  it('drops the jobs of a backend that is in no listing any more', async () => {
    const { jobs, client } = mirror([job()]);
    jobs.open();
    await jobs.ready;
    const old = await client.jobs();
    client.jobs.mockResolvedValue({ ...old, jobs: [], backends: {} });
    await jobs.refresh();
    await jobs.refresh();
    expect(jobs.all).toEqual([]);
    jobs.dispose();
  });

  it('passes requests on', async () => {
    const { jobs, client } = mirror([]);
    await jobs.look();
    await jobs.act(job(), 'hold');
    await jobs.log('slurm/17_[1-9]', -5, 10);
    expect(client.look).toHaveBeenCalledTimes(1);
    expect(client.act).toHaveBeenCalledWith('slurm', '17', 'hold');
    expect(client.jobLog).toHaveBeenCalledWith(
      'slurm',
      '17_[1-9]',
      -5,
      10,
      'stdout'
    );
    jobs.dispose();
  });
});

describe('keys and events', () => {
  it('take ids with any characters', () => {
    const id = { backend: 'local', job_id: 'a/b:[1]' };
    expect(fromKey(keyOf(id))).toEqual(id);
  });

  it('want our schema and the fields needed', () => {
    expect(jobEvent(event({}))).not.toBeNull();
    expect(jobEvent({ ...event({}), schema_id: 'other' })).toBeNull();
    expect(jobEvent({ ...event({}), changed: undefined })).toBeNull();
  });
});
