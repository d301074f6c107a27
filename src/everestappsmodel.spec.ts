import { Notification } from '@jupyterlab/apputils';
import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { AppsModel } from './everestappsmodel';
import type { EverestClient } from './everestclient';
import { EverestMemory } from './everestmemory';
import { ExpiryNotices } from './everestnotice';
import { EMPTY_DRAFT } from './everestports';
import type { IAppDraft } from './everestports';
import { account, application, port } from './testing/everest';
import type { IEverestAccount, IEverestAppRow, IRemoteEverest } from './tokens';

const trans = nullTranslator.load('');

/** Accounts that the test writes; `later`: those that only a new list has. */
function accounts(known: IEverestAccount[], later = known) {
  const state = {
    accounts: known,
    freshness: 'fresh',
    ready: Promise.resolve()
  };
  const everest = {
    ...state,
    get: (name: string) => everest.accounts.find(one => one.name === name),
    list: jest.fn(() => {
      everest.accounts = later;
      everest.changed.emit();
      return Promise.resolve();
    }),
    changed: new Signal<object, void>({})
  };
  return everest;
}

/** A tab of the account work; searches are answered when the test says so. */
function tab(
  everest: ReturnType<typeof accounts>,
  memory = new EverestMemory(new StateDB())
) {
  const answers = new Map<string, (rows: IEverestAppRow[]) => void>();
  const app = application(
    port('words', { required: true }),
    port('password', { secret: true })
  );
  const client = {
    everestApps: (_: string, search: string) =>
      new Promise<IEverestAppRow[]>(resolve => answers.set(search, resolve)),
    everestApp: jest.fn((_: string, name: string) =>
      name === 'me/app'
        ? Promise.resolve(app)
        : Promise.reject(new Error(`the server does not know ${name}`))
    )
  };
  const model = new AppsModel({
    client: client as unknown as EverestClient,
    everest: everest as unknown as IRemoteEverest,
    jobs: { submit: () => Promise.resolve('everest:work/1') },
    memory,
    server: 'work',
    trans
  });
  return { model, client, answers, app };
}

describe('the applications of an account', () => {
  it('are those of the last search, whichever answer comes last', async () => {
    const { model, answers, app } = tab(accounts([account()]));
    model.search = 'new';
    const searched = model.load();
    answers.get('new')?.([app]);
    await searched;
    answers.get('')?.([]);
    await Promise.resolve();
    expect(model.apps).toEqual([app]);
    model.dispose();
  });

  it('has forms that come back with what was written', async () => {
    const { model, client } = tab(accounts([account()]));
    const inputs = { words: 'two', gone: 1 };
    await model.choose('me/app', { inputs, name: 'job' });
    expect(model.form?.draft).toMatchObject({
      name: 'job',
      texts: { words: 'two' }
    });
    expect(model.form?.unknown).toEqual(['gone']);
    model.form?.setText('words', 'three');
    await model.choose('me/other');
    expect(model.form).toBeNull();
    expect(model.appProblem).toBe('the server does not know me/other');
    await model.choose('me/app');
    expect(model.form?.draft.texts).toEqual({ words: 'three' });
    expect(client.everestApp).toHaveBeenCalledTimes(2);
    model.dispose();
  });

  it('are filled in also when the server answers only later', async () => {
    const everest = accounts([account()]);
    const { model, client } = tab(everest);
    const draft = { ...EMPTY_DRAFT, texts: { words: 'kept' } };
    client.everestApp.mockRejectedValueOnce(new Error('it is away'));
    await model.choose('me/app', { draft });
    expect(model.appProblem).toBe('it is away');
    expect(model.args['draft']).toEqual(draft);
    await model.choose('me/app');
    expect(model.form?.draft.texts).toEqual({ words: 'kept' });
    model.dispose();
    const again = tab(everest);
    again.client.everestApp.mockRejectedValueOnce(new Error('it is away'));
    const inputs = { words: 'two' };
    await again.model.choose('me/app', { inputs, resources: ['r1', 'r2'] });
    everest.accounts = [account({ created: 'later' })];
    const made = new Promise<void>(resolve => {
      again.model.stateChanged.connect(({ form }) => {
        if (form) {
          resolve();
        }
      });
    });
    everest.changed.emit();
    await made;
    expect(again.model.form?.draft).toMatchObject({
      texts: inputs,
      resources: 'r1 r2'
    });
    again.model.dispose();
  });

  it('keep what is written in each form, without secrets', async () => {
    const { model, client, app } = tab(accounts([account()]));
    client.everestApp.mockImplementation((_, alias) =>
      Promise.resolve({ ...app, alias })
    );
    await model.choose('me/one');
    model.form?.setText('words', 'first');
    model.form?.setText('password', 'hunter2');
    await model.choose('me/empty');
    await model.choose('me/two');
    model.form?.setText('words', 'second');
    const kept = model.args;
    expect(kept).toMatchObject({
      app: 'me/two',
      draft: { texts: { words: 'second' } },
      drafts: { 'me/one': { texts: { words: 'first' } } }
    });
    expect(Object.keys(kept['drafts'] as object)).toEqual(['me/one']);
    expect(JSON.stringify(kept)).not.toContain('hunter2');
    model.dispose();

    const back = tab(accounts([account()]));
    const drafts = kept['drafts'] as unknown as Record<string, IAppDraft>;
    back.client.everestApp.mockImplementation((_, alias) =>
      Promise.resolve({ ...app, alias })
    );
    back.model.remember(new Map(Object.entries(drafts)));
    await back.model.choose('me/two', {
      draft: kept['draft'] as unknown as IAppDraft
    });
    // Those that nobody has looked at yet are kept again.
    expect(back.model.args).toEqual({ ...kept, tab: back.model.id });
    await back.model.choose('me/one');
    expect(back.model.form?.draft.texts).toEqual({ words: 'first' });
    await back.model.choose('me/two');
    expect(back.model.args).toEqual({ ...kept, tab: back.model.id });
    back.model.dispose();
  });

  it('ask anew for secrets of a job that is run again', async () => {
    const { model } = tab(accounts([account()]));
    const inputs = { words: 'two' };
    await model.choose('me/app', { inputs, hidden: ['password'] });
    expect(model.form?.hidden).toEqual(['password']);
    expect(model.form?.draft.texts).toEqual(inputs);
    model.dispose();
  });

  it('begins with what was last submitted, without secrets', async () => {
    const memory = new EverestMemory(new StateDB());
    const first = tab(accounts([account()]), memory).model;
    await first.choose('me/app');
    first.form?.setText('words', 'two');
    first.form?.setText('password', 'hidden');
    expect(await first.form?.submit()).toBe('everest:work/1');
    first.dispose();
    const next = tab(accounts([account()]), memory).model;
    await next.choose('me/app');
    expect(next.form?.draft.texts).toEqual({ words: 'two' });
    next.dispose();
  });

  it('looks for an account that was added elsewhere', async () => {
    const found = tab(accounts([], [account()]));
    await found.model.choose('me/app');
    expect([found.model.form !== null, found.model.gone]).toEqual([
      true,
      false
    ]);
    found.model.dispose();
    const lost = tab(accounts([]));
    await lost.model.choose('me/app');
    expect([lost.model.form, lost.model.gone]).toEqual([null, true]);
    expect(lost.model.appProblem).toBe('There is no account work.');
    lost.model.dispose();
  });
});

describe('the notification before a token ends', () => {
  const told = () => Notification.manager.notifications.map(n => n.message);

  it('comes once, changes when it has ended, goes when it is renewed', () => {
    const everest = accounts([]);
    const renewed: string[] = [];
    new ExpiryNotices(
      everest as unknown as IRemoteEverest,
      name => renewed.push(name),
      trans
    );
    const show = (...listed: IEverestAccount[]) => {
      everest.accounts = listed;
      everest.changed.emit();
    };
    const soon = Date.now() + 3_600_000;
    const ends = account({ ends: soon, warning: 'it ends in 1 h' });
    show(account({ name: 'other' }));
    expect(told()).toEqual([]);
    show(ends);
    show({ ...ends, warning: 'it ends in 59 min' });
    expect(told()).toEqual(['It ends in 1 h.']);
    const [notice] = Notification.manager.notifications;
    notice?.options.actions?.[0]?.callback(new MouseEvent('click'));
    expect(renewed).toEqual(['work']);
    show({ ...ends, ends: Date.now() - 1_000, warning: 'it has ended' });
    expect(told()).toEqual(['It has ended.']);
    show(account({ created: 'later' }));
    expect(told()).toEqual([]);
  });
});
