import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import { SweepSending } from './sweepsending';
import type { ISweepJob, ITransfer } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const REQUEST = { command: 'run ${X}', parameters: { X: [1, 2] } };
const JOB: ISweepJob = { backend: 'everest:mine', job_id: '5f', tasks: 2 };

type Look = ITransfer<ISweepJob>;

function transfer(changes: Partial<Look>): Look {
  const begun = { id: '1', name: '', done: 0, total: -1, result: null };
  return { ...begun, state: 'running', error: '', ...changes };
}

/** A server that tells this of a transfer that it has begun, look by look. */
function server(begun: Look, ...looks: (Look | Error)[]) {
  const sweep = jest.fn(() => Promise.resolve(begun));
  const endTransfer = jest.fn(() => {
    looks.push(transfer({ state: 'cancelled' }));
    return Promise.resolve();
  });
  const look = () => {
    const next = looks.shift() ?? transfer({});
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  const client = { sweep, endTransfer, transfer: look };
  const seen: string[] = [];
  const sending = new SweepSending(
    client as unknown as ConstructorParameters<typeof SweepSending>[0],
    () => {
      const { busy, now } = sending;
      seen.push(`${busy} ${now?.step ?? ''} ${now?.done ?? ''}`);
    }
  );
  return { sending, seen, sweep, endTransfer };
}

it('tells how far the files are, and what is done now', async () => {
  const { sending, seen } = server(
    transfer({ step: 'packing' }),
    transfer({ step: 'sending', done: 3, total: 9 }),
    transfer({ step: 'submitting' }),
    transfer({ state: 'done', step: 'submitting', result: JOB })
  );
  expect(await sending.send('mine', REQUEST)).toEqual(JOB);
  expect(seen).toEqual(
    expect.arrayContaining([
      'send packing 0',
      'send sending 3',
      'submit submitting 0'
    ])
  );
  expect(sending.busy).toBe('');
});

it('is ended while the files are sent', async () => {
  const { sending, endTransfer } = server(transfer({ step: 'sending' }));
  const submitting = sending.send('mine', REQUEST);
  sending.cancel();
  expect(sending.ending).toBe(true);
  const error: unknown = await submitting.catch((thrown: unknown) => thrown);
  expect(endTransfer).toHaveBeenCalledTimes(1);
  expect(sending.failure(error, trans)).toEqual({
    words: 'Sending the files was cancelled.',
    lost: false
  });
});

it.each([
  ['refused', transfer({ state: 'failed', error: 'no', reason: 'x' }), false],
  [
    'in doubt',
    transfer({ state: 'failed', error: 'no', reason: 'ambiguous-submit' }),
    true
  ],
  [
    'forgotten by a server that has started anew',
    new ServerConnection.ResponseError(new Response('', { status: 404 }), 'no'),
    true
  ]
] as const)('says whether a job may exist: %s', async (_, look, lost) => {
  const { sending } = server(transfer({ step: 'sending' }), look);
  const error: unknown = await sending
    .send('mine', REQUEST)
    .catch((thrown: unknown) => thrown);
  expect(sending.failure(error, trans)).toEqual({ words: 'no', lost });
});
