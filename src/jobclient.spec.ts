import { JobClient } from './jobclient';
import { answers, path } from './testing/answers';

const base = '/user/ada/jupyter-remote/jobs';
const id = encodeURIComponent('17_[1-9]');

describe('JobClient', () => {
  it('asks below the backend of a job', async () => {
    const { client, requests } = answers(JobClient, null);
    await client.act('slurm', '17_[1-9]', 'cancel');
    await client.act('slurm', '17_[1-9]', 'hold');
    await client.change('slurm', '17_[1-9]', { time: 60 });
    await client.jobLog('slurm', '17_[1-9]', 0, 9, 'stderr');
    expect(requests.map(({ method }) => method)).toEqual([
      'DELETE',
      'POST',
      'PATCH',
      'GET'
    ]);
    expect(requests.map(path)).toEqual([
      `${base}/slurm/${id}`,
      `${base}/slurm/${id}/hold`,
      `${base}/slurm/${id}`,
      `${base}/slurm/${id}/log`
    ]);
    expect(await requests[2]?.json()).toEqual({ options: { time: 60 } });
    expect(requests[3]?.url).toContain('stream=stderr');
  });

  it('makes records of the table that it is answered', async () => {
    const jobs = { count: 2, columns: { job_id: { each: ['1', '2'] } } };
    const body = JSON.stringify({ jobs, sequence: 3, trend: [], backends: {} });
    const { client } = answers(JobClient, body);
    expect(await client.jobs()).toEqual({
      jobs: [{ job_id: '1' }, { job_id: '2' }],
      sequence: 3,
      trend: [],
      backends: {}
    });
  });
});
