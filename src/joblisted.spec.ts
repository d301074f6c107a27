import type { IJob, IJobBackend } from './tokens';
import { mirror, SEEN } from './testing/jobs';
import { job, randomFrom } from './testing/samples';

describe('what is listed now and then', () => {
  const MINUTE = 60_000;
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  async function opened(listed: IJob[]) {
    const made = mirror(listed);
    made.jobs.open();
    await jest.advanceTimersByTimeAsync(100);
    return made;
  }

  it('is left out while the server says that nothing is missing', async () => {
    const { jobs, client } = await opened([job()]);
    for (let seconds = 0; seconds < 600; seconds += 20) {
      await jobs.look();
      await jest.advanceTimersByTimeAsync(MINUTE / 3);
    }
    expect(client.jobs).toHaveBeenCalledTimes(1);
    // Nobody looks any more.
    await jest.advanceTimersByTimeAsync(3 * MINUTE);
    expect(client.jobs.mock.calls.length).toBeGreaterThan(1);
    jobs.dispose();
  });

  it.each(['lost event', 'older server', 'silent server'])(
    'is asked for after: %s',
    async what => {
      const { jobs, client } = await opened([job()]);
      await jobs.look();
      const { backends } = await client.look();
      const sequence = what === 'lost event' ? 6 : 4;
      if (what === 'silent server') {
        client.look.mockRejectedValueOnce(new Error('no answer'));
        await expect(jobs.look()).rejects.toThrow('no answer');
      } else {
        client.look.mockResolvedValueOnce({ sequence, backends });
        await jobs.look();
      }
      await jest.advanceTimersByTimeAsync(MINUTE);
      expect(client.jobs.mock.calls.length).toBeGreaterThan(1);
      jobs.dispose();
    }
  );

  it('is asked for while jobs only stand', async () => {
    const { jobs, client } = await opened([job()]);
    const old = await client.jobs();
    client.jobs.mockResolvedValueOnce({ ...old, jobs: [], backends: {} });
    const refreshed = jobs.refresh();
    await jest.advanceTimersByTimeAsync(100);
    await refreshed;
    expect(jobs.all).toHaveLength(1);
    client.jobs.mockResolvedValue({ ...old, jobs: [], backends: {} });
    client.look.mockResolvedValue({ sequence: 5, backends: {} });
    for (let looks = 0; looks < 6; looks++) {
      await jobs.look();
      await jest.advanceTimersByTimeAsync(MINUTE / 3);
    }
    expect(jobs.all).toEqual([]);
    jobs.dispose();
  });

  it('takes what a backend can from a look', async () => {
    const { jobs, client } = await opened([job()]);
    const slurm: IJobBackend = { seen: SEEN, silent: '', can: ['cancel'] };
    client.look.mockResolvedValueOnce({ sequence: 5, backends: { slurm } });
    await jobs.look();
    expect(jobs.backends.get('slurm')?.can).toEqual(['cancel']);
    jobs.dispose();
  });

  it('and events make the list of the server, whatever is lost', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = randomFrom(seed);
      const { jobs, client, emit } = await opened([job()]);
      const listing = await client.jobs();
      let [sequence, known] = [listing.sequence, [job()]];
      const now = () => ({ ...listing, sequence, jobs: known });
      client.jobs.mockImplementation(() => Promise.resolve(now()));
      client.look.mockImplementation(() => Promise.resolve(now()));
      for (let step = 0; step < 20; step++) {
        if (random() < 0.5) {
          sequence += 1;
          const job_id = String(Math.floor(random() * 4));
          const changed = [job({ job_id, name: `n${sequence}` })];
          const left = known.filter(one => one.job_id !== job_id);
          const gone = random() < 0.3 ? [job_id] : [];
          known = gone.length ? left : [...left, ...changed];
          if (random() < 0.7) {
            emit({ sequence, changed: gone.length ? [] : changed, gone });
          }
        } else {
          await jobs.look();
          await jest.advanceTimersByTimeAsync(random() * MINUTE);
        }
      }
      await jobs.look();
      await jest.advanceTimersByTimeAsync(100);
      const ids = (all: readonly IJob[]) =>
        all.map(one => [one.job_id, one.name]).sort();
      expect(ids(jobs.all)).toEqual(ids(known));
      jobs.dispose();
    }
  });
});
