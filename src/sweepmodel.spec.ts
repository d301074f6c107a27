import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { EverestClient } from './everestclient';
import { EMPTY_DRAFT, EMPTY_ROW } from './sweepdraft';
import type { ISweepDraft } from './sweepdraft';
import { SweepModel } from './sweepmodel';
import { application } from './testing/everest';
import type {
  IRemoteEverest,
  ISweepJob,
  ISweepRequest,
  ISweepTrial,
  ITransfer
} from './tokens';

const trans = nullTranslator.load('jupyter_remote');

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Let what is due happen. */
const pass = () => jest.advanceTimersByTimeAsync(1_000);

const WHOLE: ISweepDraft = {
  ...EMPTY_DRAFT,
  server: 'mine',
  command: 'run ${X}',
  rows: [{ ...EMPTY_ROW, name: 'X', values: '1 2' }]
};

function transfer(
  changes: Partial<ITransfer<ISweepJob>>
): ITransfer<ISweepJob> {
  const begun = { id: '1', name: '', done: 0, total: -1, result: null };
  return { ...begun, state: 'running', error: '', ...changes };
}

/** A form on two accounts, with a server that counts values of X. */
function form(draft = WHOLE) {
  const accounts = [{ name: 'mine' }, { name: 'other' }];
  const changed = new Signal<object, void>({});
  const everest = {
    ...{ accounts, changed, freshness: 'live', problem: '' },
    open: jest.fn(),
    refresh: jest.fn(() => Promise.resolve())
  };
  const count = ({ parameters }: ISweepRequest) =>
    (parameters['X'] as string[]).length;
  const tryOut = jest.fn((_: string, request: ISweepRequest) =>
    Promise.resolve({ tasks: count(request), plan: '' })
  );
  const made = { backend: 'everest:mine', job_id: '5f', tasks: 0 };
  const sweep = jest.fn((_: string, request: ISweepRequest) =>
    Promise.resolve(
      transfer({ state: 'done', result: { ...made, tasks: count(request) } })
    )
  );
  const everestApp = jest.fn((server: string, alias: string) =>
    Promise.resolve({ ...application(), alias, name: server })
  );
  const mirror = everest as unknown as IRemoteEverest;
  const client = { tryOut, sweep, everestApp };
  const model = new SweepModel({
    client: client as unknown as EverestClient,
    everest: mirror,
    draft,
    trans
  });
  const asked = { sweep, everestApp };
  return { model, everest, changed, tryOut, ...asked };
}

describe('tasks', () => {
  it('are counted after a pause, those of the last change only', async () => {
    const { model, tryOut } = form();
    await pass();
    expect(model.trial?.tasks).toBe(2);
    model.setRow(0, { values: '1 2 3' });
    expect([model.trial, model.counting]).toEqual([null, true]);
    model.setRow(0, { values: '1 2 3 4' });
    await pass();
    expect(model.trial?.tasks).toBe(4);
    expect(tryOut).toHaveBeenCalledTimes(2);
  });

  it('of a draft that changed meanwhile are not shown', async () => {
    const { model, tryOut } = form();
    let answer: (trial: ISweepTrial) => void = () => undefined;
    tryOut.mockImplementationOnce(
      () =>
        new Promise(resolve => {
          answer = resolve;
        })
    );
    await pass();
    model.setRow(0, { values: '' });
    answer({ tasks: 99, plan: '' });
    await pass();
    expect([model.trial, model.counting]).toEqual([null, false]);
    model.setRow(0, { values: '7' });
    await pass();
    expect(model.trial?.tasks).toBe(1);
  });

  it('that the server refuses stop the submit, in its words', async () => {
    const { model, tryOut, sweep } = form();
    const words = 'this sweep has 200000 tasks; 100000 is the most';
    tryOut.mockRejectedValue(new Error(words));
    await pass();
    expect(model.refusal).toBe(words);
    expect(await model.submit()).toBe('');
    expect(sweep).not.toHaveBeenCalled();
    expect(model.refused).toBe(1);
  });

  it('that could not be counted, as no answer came, stop nothing', async () => {
    const { model, tryOut } = form();
    const cut = new ServerConnection.NetworkError(new TypeError('cut'));
    tryOut.mockRejectedValue(cut);
    await pass();
    expect(model.refusal).not.toBe('');
    expect(await model.submit()).toBe('everest:mine/5f');
  });
});

describe('submit', () => {
  it('answers the key of the job', async () => {
    const { model, sweep } = form();
    await pass();
    expect(await model.submit()).toBe('everest:mine/5f');
    expect(sweep).toHaveBeenCalledTimes(1);
    expect([model.done, model.doneTasks]).toEqual(['everest:mine/5f', 2]);
    model.set({ name: 'again' });
    expect(model.done).toBe('');
  });

  it('says what is missing only when it was tried', async () => {
    const { model, sweep } = form({ ...EMPTY_DRAFT, server: 'mine' });
    expect(model.wordsFor('command')).toBe('');
    expect(await model.submit()).toBe('');
    expect(model.wordsFor('command')).not.toBe('');
    expect(sweep).not.toHaveBeenCalled();
  });

  it('brings back what stood there before it was emptied', async () => {
    const { model } = form();
    model.reset();
    expect(model.draft).toEqual({ ...EMPTY_DRAFT, server: 'mine' });
    expect(model.canUndo).toBe(true);
    model.undo();
    expect([model.draft, model.canUndo]).toEqual([WHOLE, false]);
    await pass();
    expect(model.trial?.tasks).toBe(2);
  });

  it('keeps what was written when it failed', async () => {
    const { model, sweep } = form();
    sweep.mockRejectedValueOnce(new Error('no such resource'));
    await pass();
    expect(await model.submit()).toBe('');
    expect(model.failure).toEqual({ words: 'no such resource', lost: false });
    expect(model.draft).toEqual(WHOLE);
  });
});

describe('accounts', () => {
  it('give the first one to a new draft, and never replace a lost one', () => {
    const { model } = form(EMPTY_DRAFT);
    expect(model.draft.server).toBe('mine');
    const { model: kept } = form({ ...WHOLE, server: 'gone' });
    expect([kept.draft.server, kept.away]).toEqual(['gone', true]);
    expect(kept.hindrance).not.toBe('');
  });

  it('are awaited', async () => {
    const { model, everest, changed, tryOut } = form(WHOLE);
    await pass();
    expect(tryOut).toHaveBeenCalledTimes(1);
    everest.accounts = [];
    changed.emit();
    expect(model.away).toBe(true);
  });
});

describe('the application', () => {
  it('is asked for what it says of resources, when another is meant', async () => {
    const { model, everestApp } = form();
    await pass();
    expect(model.about?.alias).toBe('sol/psweep');
    model.set({ command: 'other ${X}' });
    await pass();
    expect(everestApp).toHaveBeenCalledTimes(1);
    model.set({ app: 'me/sweeps', server: 'other' });
    expect(model.about).toBeNull();
    await pass();
    expect(model.about).toMatchObject({ alias: 'me/sweeps', name: 'other' });
    expect(everestApp).toHaveBeenCalledTimes(2);
    everestApp.mockRejectedValueOnce(new Error('it is away'));
    model.set({ app: '' });
    await pass();
    expect(model.about).toBeNull();
  });
});

describe('rows', () => {
  it('come and go with the keyboard in the right one', () => {
    const { model } = form();
    model.addRow(0);
    expect(model.wanted).toEqual({ row: 1, times: 1 });
    model.setRow(1, { name: 'Y' });
    model.addRow(0);
    expect(model.draft.rows.map(({ name }) => name)).toEqual(['X', '', 'Y']);
    model.removeRow(2);
    expect(model.wanted.row).toBe(1);
    model.removeRow(0);
    model.removeRow(0);
    expect(model.draft.rows).toEqual([EMPTY_ROW]);
  });

  it('and files are not there twice', () => {
    const { model } = form();
    model.addFiles([{ path: 'a' }, { path: 'b' }]);
    model.addFiles([{ path: 'b' }, { path: 'c' }]);
    model.removeFile('a');
    expect(model.draft.files).toEqual(['b', 'c']);
  });
});
