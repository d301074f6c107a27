import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { EMPTY_DRAFT, EMPTY_ROW } from './sweepdraft';
import type { ISweepDraft } from './sweepdraft';
import { SweepModel } from './sweepmodel';
import type { IRemoteEverest, ISweepRequest, ISweepTrial } from './tokens';

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
  const sweep = jest.fn((_: string, request: ISweepRequest) =>
    Promise.resolve({
      backend: 'everest:mine',
      job_id: '5f',
      tasks: count(request)
    })
  );
  const mirror = everest as unknown as IRemoteEverest;
  const client = { tryOut, sweep };
  const model = new SweepModel({ client, everest: mirror, draft, trans });
  return { model, everest, changed, tryOut, sweep };
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
    model.addFiles(['a', 'b']);
    model.addFiles(['b', 'c']);
    model.removeFile('a');
    expect(model.draft.files).toEqual(['b', 'c']);
  });
});
