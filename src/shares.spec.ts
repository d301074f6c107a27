import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

import type { IShareListing, ShareClient } from './shareclient';
import { Shares } from './shares';
import { SHARE_SCHEMA } from './sharestore';
import { share } from './testing/samples';
import type { IShare } from './tokens';

/** A mirror on a list that the test writes. */
function mirror(listed: IShare[]) {
  const server: { -readonly [K in keyof IShareListing]: IShareListing[K] } = {
    shares: listed,
    received: [],
    sequence: 1,
    mode: 'local',
    why: '',
    limits: { expires_in: null, bytes: null, users: false, options: {} }
  };
  const client = {
    shares: jest.fn(() => Promise.resolve({ ...server })),
    share: jest.fn(() => Promise.resolve(share({ id: 'new', link: '/new' }))),
    revoke: jest.fn(() => Promise.resolve()),
    forget: jest.fn(() => Promise.resolve())
  };
  const stream = new Stream<Event.IManager, Event.Emission>(
    {} as Event.IManager
  );
  const shares = new Shares({
    client: client as unknown as ShareClient,
    events: { stream } as unknown as Event.IManager
  });
  const emit = (
    sequence: number,
    changes: Partial<IShare> & { forgotten?: boolean }
  ) => {
    const record: Partial<IShare> = share(changes);
    delete (record as { link?: string }).link;
    stream.emit({
      schema_id: SHARE_SCHEMA,
      ...record,
      sequence,
      forgotten: changes.forgotten ?? false
    } as unknown as Event.Emission);
  };
  return { shares, client, server, emit };
}

const ids = (shares: Shares) => shares.all.map(({ id }) => id);

describe('Shares', () => {
  it('asks nothing before somebody looks', async () => {
    const { shares, client } = mirror([share()]);
    await Promise.resolve();
    expect(client.shares).not.toHaveBeenCalled();
    shares.open();
    await shares.ready;
    expect(ids(shares)).toEqual(['s1']);
    shares.dispose();
  });

  it('keeps the link, which no event tells', async () => {
    const { shares, emit } = mirror([share()]);
    shares.open();
    await shares.ready;
    emit(2, { uses: 3, time: '2026-11-21T11:00:00.000Z' });
    expect(shares.get('s1')).toMatchObject({
      uses: 3,
      link: '/jupyter-remote/shared/secret'
    });
    expect(Object.keys(shares.get('s1') ?? {})).not.toContain('schema_id');
    shares.dispose();
  });

  it('lists again for a share that another page made', async () => {
    const { shares, client, server, emit } = mirror([share()]);
    shares.open();
    await shares.ready;
    const other = share({ id: 'other', created: '2026-11-21T12:00:00.000Z' });
    server.shares = [share(), other];
    server.sequence = 2;
    emit(2, { id: 'other' });
    expect(shares.get('other')).toBeUndefined();
    await shares.refresh();
    expect(client.shares.mock.calls.length).toBeGreaterThan(1);
    expect(ids(shares)).toEqual(['other', 's1']);
    shares.dispose();
  });

  it('does not take an old record for a new one', async () => {
    const { shares, emit } = mirror([
      share({ time: '2026-11-21T12:00:00.000Z', revision: 5 })
    ]);
    shares.open();
    await shares.ready;
    emit(2, { time: '2026-11-21T11:00:00.000Z', revision: 4 });
    expect(shares.get('s1')?.revision).toBe(5);
    shares.dispose();
  });

  it('knows at once what it did itself', async () => {
    const { shares } = mirror([share()]);
    shares.open();
    await shares.ready;
    await shares.share({ path: 'a.ipynb', expires_in: 60 });
    expect(shares.get('new')?.link).toBe('/new');
    await shares.revoke('s1');
    expect(shares.get('s1')?.state).toBe('revoked');
    await shares.forget('s1');
    expect(shares.get('s1')).toBeUndefined();
    shares.dispose();
  });

  it('drops what was forgotten elsewhere', async () => {
    const { shares, emit } = mirror([share()]);
    shares.open();
    await shares.ready;
    emit(2, { forgotten: true });
    expect(shares.all).toEqual([]);
    shares.dispose();
  });
});
