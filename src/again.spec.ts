import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import { planOf, planWords, requestAgain, submitAgain } from './again';
import { SubmitMemory } from './submitmemory';
import { refused } from './testing/answers';
import { field, offersOf } from './testing/offers';
import { job } from './testing/samples';
import type { IJobDetails, IRemoteJobs } from './tokens';

jest.mock('@jupyterlab/apputils', () => ({
  Dialog: { cancelButton: jest.fn(), okButton: jest.fn() },
  showDialog: jest.fn(() => Promise.resolve({ button: { accept: true } })),
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

const trans = nullTranslator.load('jupyter_remote');
const details = {
  script: 'echo',
  folder: '',
  asked: {}
} as unknown as IJobDetails;
const ARRAY = 'Array';
const TIME = 'Time limit';
const offers = offersOf({
  fields: [
    field({ name: 'array', kind: 'text', label: ARRAY }),
    field({ name: 'time', kind: 'seconds', label: TIME })
  ]
});
const wanted = { backend: 'slurm', script: 'echo', folder: '/home/ada' };

function again(submit: () => Promise<string>, offered = offers) {
  const jobs = {
    submit: jest.fn(submit),
    offers: () => Promise.resolve(offered)
  };
  const showJobs = jest.fn();
  const memory = new SubmitMemory(null);
  const remote = jobs as unknown as IRemoteJobs;
  return { jobs, needs: { jobs: remote, memory, showJobs, trans } };
}

beforeEach(() => {
  jest.mocked(showErrorMessage).mockClear();
  jest.mocked(showDialog).mockClear();
  jest.mocked(Dialog.okButton).mockClear();
});

describe('requestAgain', () => {
  it('finds the options of a whole array for its task', async () => {
    const memory = new SubmitMemory(null);
    await memory.keepRequest('slurm/17', { array: '0-9', time: 60 });
    const task = job({ job_id: '17_3', array: '17' });
    const request = await requestAgain(task, details, memory);
    expect(request?.options).toEqual({ array: '0-9', time: 60 });
  });
});

describe('planWords', () => {
  const words = (options: Record<string, string | number>, array = '') =>
    planWords(job({ array }), planOf(offers, { ...wanted, options }), trans);

  it('names what stays and what is left out', () => {
    const text = words({ time: 5400, gpus: 2 });
    expect(text).toContain('Time limit: 1 h 30 min');
    expect(text).toContain('left out: gpus: 2');
    expect(words({ time: 60 })).not.toContain('left out');
  });

  it('says which tasks of an array run', () => {
    expect(words({ array: '0-9' }, '17')).toContain('all tasks of the array');
    expect(words({}, '17')).toContain('that the script asks for');
    expect(words({})).not.toContain('array');
  });
});

describe('submitAgain', () => {
  it('refuses when the backend takes no jobs', async () => {
    const away = offersOf({ available: false, reason: 'Maintenance' });
    const { jobs, needs } = again(() => Promise.resolve('slurm/18'), away);
    const request = { ...wanted, options: { time: 60 } };
    expect(await submitAgain(needs, job(), request)).toBe('');
    expect(jobs.submit).not.toHaveBeenCalled();
    expect(showErrorMessage).toHaveBeenCalledWith(
      expect.anything(),
      expect.stringContaining('Maintenance')
    );
  });

  it('asks for what the script says when nothing is known', async () => {
    const { jobs, needs } = again(() => Promise.resolve('slurm/18'));
    const error = await refused('slurmdbd does not answer');
    jobs.offers = () => Promise.reject(error);
    const request = { ...wanted, options: { time: 60 } };
    expect(await submitAgain(needs, job(), request)).toBe('slurm/18');
    expect(jobs.submit).toHaveBeenCalledWith({ ...wanted, options: {} });
    const [question] = jest.mocked(showDialog).mock.calls[0] ?? [];
    expect(question?.body).toContain('is not known: slurmdbd does not answer.');
    expect(question?.body).toContain('is left out: time: 60');
  });

  it('asks for nothing when our server does not answer', async () => {
    const { jobs, needs } = again(() => Promise.resolve('slurm/18'));
    jobs.offers = () => Promise.reject(new TypeError('offline'));
    expect(await submitAgain(needs, job(), wanted)).toBe('');
    expect(jobs.submit).not.toHaveBeenCalled();
    expect(showErrorMessage).toHaveBeenCalledTimes(1);
  });

  it('asks once, however often it is clicked', async () => {
    const { jobs, needs } = again(() => Promise.resolve('slurm/18'));
    const clicks = [1, 2].map(() => submitAgain(needs, job(), wanted));
    expect(await Promise.all(clicks)).toEqual(['slurm/18', '']);
    expect(showDialog).toHaveBeenCalledTimes(1);
    expect(jobs.submit).toHaveBeenCalledTimes(1);
  });

  it('leads to the list when the answer is lost', async () => {
    const { NetworkError } = ServerConnection;
    const { needs } = again(() =>
      Promise.reject(new NetworkError(new TypeError('offline')))
    );
    expect(await submitAgain(needs, job(), wanted)).toBe('');
    expect(showErrorMessage).not.toHaveBeenCalled();
    expect(showDialog).toHaveBeenCalledTimes(2);
    expect(needs.showJobs).toHaveBeenCalledTimes(1);
  });
});
