import {
  Dialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { confirmed, eachJob } from './jobactions';
import { suits } from './jobview';
import { job } from './testing/samples';
import type { IJob, IJobBackend } from './tokens';

const trans = nullTranslator.load('jupyter_remote');

jest.mock('@jupyterlab/apputils', () => ({
  Dialog: {
    cancelButton: jest.fn(),
    okButton: jest.fn(),
    warnButton: jest.fn()
  },
  Notification: {
    emit: jest.fn(() => 'told'),
    update: jest.fn(),
    dismiss: jest.fn()
  },
  showDialog: jest.fn(() => Promise.resolve({ button: { accept: false } })),
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

beforeEach(() => jest.clearAllMocks());

/** So many jobs, with names. */
const some = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    job({ job_id: String(at), name: `job-${at}` })
  );

describe('what is refused', () => {
  const refuse = (words: (at: number) => string) => (one: IJob) => {
    const said = words(Number(one.job_id));
    return said ? Promise.reject(new Error(said)) : Promise.resolve();
  };
  const shown = () => jest.mocked(showErrorMessage).mock.calls[0] ?? [];

  it('is said in the words for one job', async () => {
    await eachJob(
      'hold',
      some(1),
      refuse(() => 'not yours'),
      trans
    );
    expect(shown()).toEqual(['Cannot hold', 'not yours']);
  });

  it('is said once for each reason, with the jobs that it is about', async () => {
    const why = (at: number) => (at < 3 ? 'not yours' : at < 10 ? 'ended' : '');
    await eachJob('release', some(11), refuse(why), trans);
    expect(shown()).toEqual([
      'Cannot release',
      [
        '10 of 11 jobs were refused:',
        'job-0, job-1, job-2: not yours',
        'job-3, job-4, job-5, job-6, job-7, and 2 more: ended'
      ].join('\n')
    ]);
  });

  it('is nothing when all was done', async () => {
    const run = jest.fn(() => Promise.resolve());
    await eachJob('cancel', some(11), run, trans);
    expect(run).toHaveBeenCalledTimes(11);
    expect(showErrorMessage).not.toHaveBeenCalled();
    expect(Notification.emit).not.toHaveBeenCalled();
  });
});

describe('many jobs', () => {
  it('are counted while it is done to them', async () => {
    await eachJob('hold', some(30), () => Promise.resolve(), trans);
    const [message, kind] = jest.mocked(Notification.emit).mock.calls[0] ?? [];
    expect([message, kind]).toEqual(['Holding jobs: 6 of 30', 'in-progress']);
    const last = jest.mocked(Notification.update).mock.lastCall?.[0];
    expect(last).toMatchObject({
      id: 'told',
      message: 'Holding jobs: 30 of 30',
      progress: 1
    });
    expect(Notification.dismiss).toHaveBeenCalledWith('told');
  });

  it('are left as they are after Stop', async () => {
    const run = jest.fn((one: IJob) => {
      if (one.job_id === '7') {
        const [, , told] = jest.mocked(Notification.emit).mock.calls[0] ?? [];
        told?.actions?.[0]?.callback(new MouseEvent('click'));
      }
      return Promise.resolve();
    });
    await eachJob('cancel', some(300), run, trans);
    // Six are on their way at once; no other one begins.
    expect(run.mock.calls.length).toBeGreaterThanOrEqual(8);
    expect(run.mock.calls.length).toBeLessThan(8 + 6);
    expect(Notification.dismiss).toHaveBeenCalledWith('told');
  });
});

describe('confirmed', () => {
  it('asks where there is something to ask', async () => {
    expect(await confirmed('hold', some(1), trans)).toBe(true);
    expect(showDialog).not.toHaveBeenCalled();
    expect(await confirmed('hold', some(2), trans)).toBe(false);
    expect(Dialog.okButton).toHaveBeenCalledTimes(1);
    expect(await confirmed('delete', some(1), trans)).toBe(false);
    expect(Dialog.warnButton).toHaveBeenCalledTimes(1);
    expect(showDialog).toHaveBeenCalledTimes(2);
  });
});

it('deletes jobs that have ended, where the backend keeps them', () => {
  const backend: IJobBackend = { seen: null, silent: '', can: ['delete'] };
  const ended = job({ state: 'failed' });
  expect(suits('delete', ended, backend)).toBe(true);
  expect(suits('delete', job({ state: 'running' }), backend)).toBe(false);
  expect(suits('delete', job({ state: 'stopping' }), backend)).toBe(false);
  expect(suits('delete', ended, { ...backend, can: ['cancel'] })).toBe(false);
  const session = job({ state: 'failed', session: 'a' });
  expect(suits('delete', session, backend)).toBe(false);
});

it('requeues what ended only where that can be done', () => {
  const backend: IJobBackend = { seen: null, silent: '', can: ['requeue'] };
  const ended = job({ state: 'failed' });
  expect(suits('requeue', job(), backend)).toBe(true);
  expect(suits('requeue', ended, backend)).toBe(false);
  const able: IJobBackend = { ...backend, can: ['requeue', 'requeue-ended'] };
  expect(suits('requeue', ended, able)).toBe(true);
  expect(suits('requeue', job({ state: 'queued' }), able)).toBe(false);
});
