import { ServerConnection } from '@jupyterlab/services';
import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

import type { RemoteClient } from './client';
import { RemoteSessions } from './sessions';
import { SESSION_SCHEMA } from './store';
import { event, sample } from './testing/samples';
import type { ISession } from './tokens';

/** A mirror on a list that the test writes. */
function mirror(listed: ISession[], sequence = 1) {
  const server = { sessions: listed, sequence };
  const client = {
    list: jest.fn(() => Promise.resolve({ ...server })),
    apps: jest.fn(() => Promise.resolve([])),
    start: jest.fn(() => Promise.resolve(sample({ id: 'new' }))),
    expect: jest.fn<Promise<void>, [unknown]>(() => Promise.resolve()),
    stop: jest.fn((id: string) =>
      Promise.resolve(sample({ id, state: 'stopping', revision: 2 }))
    ),
    purge: jest.fn(() => Promise.resolve()),
    activity: jest.fn(() => Promise.resolve()),
    appUrl: (id: string) => `/jupyter-remote/s/${id}/`
  };
  const stream = new Stream<Event.IManager, Event.Emission>(
    {} as Event.IManager
  );
  const sessions = new RemoteSessions({
    client: client as unknown as RemoteClient,
    events: { stream } as unknown as Event.IManager
  });
  const emit = (change: ReturnType<typeof event>) => {
    stream.emit({
      schema_id: SESSION_SCHEMA,
      ...change
    } as unknown as Event.Emission);
  };
  return { sessions, client, server, emit };
}

describe('RemoteSessions', () => {
  it('lists, newest first, and keeps spare ones apart', async () => {
    const { sessions } = mirror([
      sample({ id: 'old', created: '2026-11-20T00:00:00Z' }),
      sample({ id: 'new', created: '2026-11-21T00:00:00Z' }),
      sample({ id: 'warm', spare: true })
    ]);
    expect(sessions.freshness).toBe('loading');
    await sessions.ready;
    expect(sessions.freshness).toBe('fresh');
    expect(sessions.all.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(sessions.spares.map(({ id }) => id)).toEqual(['warm']);
    sessions.dispose();
  });

  it('says what changed, but not what was there before', async () => {
    const { sessions, emit } = mirror([sample()]);
    const states: (string | undefined)[] = [];
    sessions.transition.connect((_, { next }) => states.push(next?.state));
    await sessions.ready;
    expect(states).toEqual([]);
    emit(event(2, { revision: 2, state: 'failed' }));
    emit(event(3, { revision: 2, state: 'failed', purged: true }));
    expect(states).toEqual(['failed', undefined]);
    expect(sessions.all).toEqual([]);
    sessions.dispose();
  });

  it('lists again when events are missing', async () => {
    const { sessions, client, server, emit } = mirror([sample()]);
    await sessions.ready;
    server.sessions = [sample({ revision: 9, name: 'truth' })];
    server.sequence = 9;
    emit(event(5, { revision: 5, name: 'hint' }));
    expect(sessions.get('a')?.name).toBe('hint');
    await sessions.refresh();
    expect(client.list.mock.calls.length).toBeGreaterThan(1);
    expect(sessions.get('a')?.name).toBe('truth');
    sessions.dispose();
  });

  it('starts nothing before the server knows that it was expected', async () => {
    const { sessions, client } = mirror([]);
    await sessions.ready;
    let answer: () => void = () => undefined;
    client.expect.mockReturnValueOnce(new Promise(done => (answer = done)));
    void sessions.expect({ size: '800x600' });
    expect(client.expect).toHaveBeenCalledWith({ size: '800x600' });
    const starting = sessions.start({ app: 'desktop' });
    await new Promise(resolve => setTimeout(resolve, 10));
    expect(client.start).not.toHaveBeenCalled();
    answer();
    expect((await starting).id).toBe('new');

    client.expect.mockRejectedValueOnce(new Error('no'));
    await sessions.expect({});
    await sessions.start({ app: 'desktop' });
    expect(client.start).toHaveBeenCalledTimes(2);
    sessions.dispose();
  });

  it('keeps a started session that a listing on its way lacks', async () => {
    const { sessions, client } = mirror([]);
    await sessions.ready;
    let answer: (value: {
      sessions: ISession[];
      sequence: number;
    }) => void = () => undefined;
    client.list.mockImplementationOnce(
      () => new Promise(resolve => (answer = resolve))
    );
    const refreshed = sessions.refresh();
    await new Promise(resolve => setTimeout(resolve, 10));
    await sessions.start({ app: 'desktop' });
    answer({ sessions: [], sequence: 1 });
    await refreshed;
    expect(sessions.get('new')).toBeDefined();
    sessions.dispose();
  });

  it('keeps the list when the server cannot be reached', async () => {
    const { sessions, client } = mirror([sample()]);
    await sessions.ready;
    const error = new ServerConnection.NetworkError(new TypeError('offline'));
    client.list.mockRejectedValueOnce(error);
    await expect(sessions.refresh()).rejects.toThrow();
    expect(sessions.freshness).toBe('offline');
    expect(sessions.all).toHaveLength(1);
    sessions.dispose();
  });

  it('says which records the server cannot read', async () => {
    const { sessions, client } = mirror([sample()]);
    await sessions.ready;
    expect(sessions.problems).toEqual([]);
    const problems = [{ id: 'x', message: 'x is damaged' }];
    const listing = { sessions: [], sequence: 2, problems };
    client.list.mockResolvedValueOnce(listing);
    await sessions.refresh();
    expect(sessions.problems).toEqual(problems);
    sessions.dispose();
  });

  it('shows the server’s words when there is no list', async () => {
    const { sessions, client } = mirror([]);
    await sessions.ready;
    client.list.mockRejectedValueOnce(new Error('The folder is a file.'));
    await expect(sessions.refresh()).rejects.toThrow('The folder is a file.');
    expect(sessions.freshness).toBe('error');
    expect(sessions.problem).toBe('The folder is a file.');
    sessions.dispose();
  });

  it('asks again for apps that it could not get', async () => {
    const { sessions, client } = mirror([]);
    await sessions.ready;
    client.apps.mockRejectedValueOnce(new Error('not yet'));
    await expect(sessions.refreshApps()).rejects.toThrow('not yet');
    await sessions.refresh();
    expect(client.apps).toHaveBeenCalledTimes(3);
    sessions.dispose();
  });

  it('remembers what this page stopped', async () => {
    const { sessions } = mirror([sample()]);
    await sessions.ready;
    await sessions.stop('a');
    expect(sessions.asked('a')).toBe(true);
    expect(sessions.get('a')?.state).toBe('stopping');
    sessions.dispose();
  });

  it('reports activity at most once a minute', async () => {
    const { sessions, client } = mirror([sample()]);
    await sessions.ready;
    sessions.touch('a');
    sessions.touch('a');
    expect(client.activity).toHaveBeenCalledTimes(1);
    sessions.dispose();
  });
});
