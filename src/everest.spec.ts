import type { Event } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Stream } from '@lumino/signaling';

import { Everest } from './everest';
import { AccountModel } from './everestaccount';
import type { EverestClient } from './everestclient';
import { account } from './testing/everest';
import type { IEverestAddition, IEverestLogin } from './tokens';

const trans = nullTranslator.load('');

/** A mirror on accounts that the test writes. */
function mirror(...listed: ReturnType<typeof account>[]) {
  const server = { listed, wrong: '', reason: '', asked: [] as object[] };
  const client = {
    accounts: jest.fn(() => Promise.resolve(server.listed)),
    check: jest.fn((name: string) => {
      const one = server.listed.find(each => each.name === name);
      const { wrong, reason } = server;
      return one
        ? Promise.resolve({ ...one, wrong, reason })
        : Promise.reject(new Error('no such account'));
    }),
    add: (addition: IEverestAddition) => {
      server.asked.push(addition);
      return Promise.resolve(account({ name: 'new' }));
    },
    renew: (name: string, login: IEverestLogin) => {
      server.asked.push(login);
      return Promise.resolve(account({ name, created: 'later' }));
    },
    forget: jest.fn(() => Promise.resolve(''))
  };
  const stream = new Stream<Event.IManager, Event.Emission>(
    {} as Event.IManager
  );
  const everest = new Everest({
    client: client as unknown as EverestClient,
    events: { stream } as unknown as Event.IManager
  });
  return { everest, client, server };
}

describe('the mirror of the accounts', () => {
  it('lists without asking the servers, until somebody looks', async () => {
    const [silent, broken] = [account({ wrong: '' }), account({ name: 'b' })];
    const listed = { ...broken, wrong: 'no', reason: 'everest-login' };
    const { everest, client } = mirror(listed, silent);
    everest.open();
    await everest.ready;
    expect(everest.accounts.map(({ name }) => name)).toEqual(['b', 'work']);
    expect(client.check).not.toHaveBeenCalled();
    expect(everest.get('work')?.wrong).toBeUndefined();
    expect(everest.get('b')?.reason).toBe('everest-login');
    await everest.refresh();
    expect(everest.get('work')?.wrong).toBe('');
    expect(everest.of('everest:work')?.backend).toBe('everest:work');
    everest.dispose();
  });

  it('keeps what was found out, until there is another token', async () => {
    const { everest, server } = mirror(account());
    everest.open();
    [server.wrong, server.reason] = ['it is away', 'backend-unreachable'];
    await everest.refresh();
    expect(everest.get('work')?.wrong).toBe('it is away');
    server.listed = [account({ warning: 'soon' })];
    const listed = new Promise(resolve => everest.changed.connect(resolve));
    Object.defineProperty(document, 'visibilityState', { value: 'visible' });
    document.dispatchEvent(new globalThis.Event('visibilitychange'));
    await listed;
    expect(everest.get('work')).toMatchObject({
      wrong: 'it is away',
      warning: 'soon'
    });
    await everest.renew('work', { token: 'x' });
    expect(everest.get('work')).toMatchObject({ wrong: '', created: 'later' });
    everest.dispose();
  });

  it('shows an account that was added, not one that was forgotten', async () => {
    const { everest, client } = mirror(account());
    everest.open();
    await everest.ready;
    await everest.add({ url: 'https://everest.example', token: 'x' });
    expect(everest.get('new')?.wrong).toBe('');
    client.forget.mockResolvedValueOnce('it is away');
    expect(await everest.forget('work', false)).toBe('it is away');
    expect(client.forget).toHaveBeenCalledWith('work', false);
    expect(everest.accounts.map(({ name }) => name)).toEqual(['new']);
    everest.dispose();
  });
});

describe('an account that is added', () => {
  it('asks for what is missing before it asks the server', async () => {
    const { everest, server } = mirror();
    const model = new AccountModel({ everest, trans });
    const faults: unknown[] = [];
    const enter = async (secret: string) => {
      await model.enter(secret);
      faults.push(model.fault?.field);
    };
    await enter('');
    model.set({ url: ' https://everest.example ' });
    await enter('');
    model.set({ username: 'ada' });
    await enter('');
    expect(faults).toEqual(['url', 'username', 'secret']);
    expect(server.asked).toEqual([]);
    model.set({ name: 'mine' });
    expect(await model.enter('a password')).toMatchObject({ name: 'new' });
    expect(server.asked).toEqual([
      {
        url: 'https://everest.example',
        name: 'mine',
        username: 'ada',
        password: 'a password',
        lifetime: 604_800
      }
    ]);
    expect(JSON.stringify(model.draft)).not.toContain('a password');
    model.dispose();
  });

  it('takes a token as it is, and renews with one', async () => {
    const { everest, server } = mirror(account());
    const known = account({ expires: null });
    const model = new AccountModel({ everest, account: known, trans });
    expect(model.draft.how).toBe('token');
    await model.enter(' abc\n');
    expect(server.asked).toEqual([{ token: 'abc' }]);
    model.dispose();
  });
});
