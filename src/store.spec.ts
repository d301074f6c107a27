import type { IStore } from './store';
import {
  EMPTY,
  fromListing,
  isSessionEvent,
  replay,
  SESSION_SCHEMA,
  transitions,
  withEvent,
  withRecord
} from './store';
import { event, ListServer, randomFrom, sample } from './testing/samples';

/** What a store contains, comparable. */
function content(store: IStore): unknown {
  const sessions = [...store.sessions.values()];
  sessions.sort((a, b) => a.id.localeCompare(b.id));
  return { sequence: store.sequence, sessions };
}

describe('list and events', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('are the fresh list (seed %i)', seed => {
    const random = randomFrom(seed);
    const server = new ListServer();
    let store = fromListing(server.list());
    for (let step = 0; step < 300; step += 1) {
      const applied = withEvent(store, server.step(random));
      expect(applied.complete).toBe(true);
      store = applied.store;
    }
    expect(content(store)).toEqual(content(fromListing(server.list())));
  });

  it.each([11, 12, 13, 14])('with losses and listings (seed %i)', seed => {
    const random = randomFrom(seed);
    const server = new ListServer();
    let store = fromListing(server.list());
    for (let step = 0; step < 300; step += 1) {
      const change = server.step(random);
      if (random() < 0.3) {
        continue;
      }
      const applied = withEvent(store, change);
      store = applied.complete ? applied.store : fromListing(server.list());
    }
    store = withEvent(store, server.step(random)).complete
      ? store
      : fromListing(server.list());
    const late = server.step(random);
    const { store: end } = replay(server.list(), [late]);
    expect(content(end)).toEqual(content(fromListing(server.list())));
  });

  it('are the list when events arrive while it is on its way', () => {
    const random = randomFrom(21);
    const server = new ListServer();
    for (let step = 0; step < 20; step += 1) {
      server.step(random);
    }
    const before = [server.step(random), server.step(random)];
    const listing = server.list();
    const after = [server.step(random), server.step(random)];
    const { store, complete } = replay(listing, [...before, ...after]);
    expect(complete).toBe(true);
    expect(content(store)).toEqual(content(fromListing(server.list())));
  });
});

describe('withEvent', () => {
  const store = fromListing({ sessions: [sample()], sequence: 5 });

  it('sees a gap, and still takes the news', () => {
    const applied = withEvent(store, event(9, { revision: 4, name: 'new' }));
    expect(applied.complete).toBe(false);
    expect(applied.store.sessions.get('a')?.name).toBe('new');
  });

  it('ignores what the list contains already', () => {
    const applied = withEvent(store, event(5, { revision: 1 }));
    expect(applied).toEqual({ store, complete: true });
  });

  it('asks for the list when the numbers started anew', () => {
    expect(withEvent(store, event(2, { id: 'b' })).complete).toBe(false);
    expect(withEvent(store, event(2, { revision: 7 })).complete).toBe(false);
    expect(withEvent(store, event(2, { purged: true })).complete).toBe(false);
  });

  it('never goes back to an older revision', () => {
    const newer = withRecord(store, sample({ revision: 3, name: 'answer' }));
    const { store: after } = withEvent(newer, event(6, { revision: 2 }));
    expect(after.sessions.get('a')?.name).toBe('answer');
    expect(after.sequence).toBe(6);
  });

  it('keeps the event bus’s own fields out of the record', () => {
    const emission = { ...event(6, { revision: 2 }), __schema__: 'x' };
    const { store: after } = withEvent(store, emission);
    expect(after.sessions.get('a')).toEqual(sample({ revision: 2 }));
  });
});

describe('transitions', () => {
  it('names what came, changed and went', () => {
    const before = fromListing({
      sessions: [sample(), sample({ id: 'b' }), sample({ id: 'c' })],
      sequence: 1
    });
    const after = fromListing({
      sessions: [
        sample(),
        sample({ id: 'b', revision: 2 }),
        sample({ id: 'd' })
      ],
      sequence: 4
    });
    const found = transitions(before, after);
    expect(found.map(({ previous, next }) => [previous?.id, next?.id])).toEqual(
      [
        ['b', 'b'],
        [undefined, 'd'],
        ['c', undefined]
      ]
    );
    expect(transitions(EMPTY, EMPTY)).toEqual([]);
  });

  it('lets a spare session begin when it is taken', () => {
    const list = (...sessions: ReturnType<typeof sample>[]) =>
      fromListing({ sessions, sequence: 1 });
    const spare = list(sample({ spare: true }));
    const taken = list(sample({ revision: 2 }));
    expect(transitions(EMPTY, spare)).toEqual([]);
    expect(transitions(spare, EMPTY)).toEqual([]);
    expect(transitions(spare, taken)).toEqual([
      { previous: null, next: taken.sessions.get('a') }
    ]);
  });
});

describe('isSessionEvent', () => {
  it('wants our schema and the fields needed', () => {
    const good = { schema_id: SESSION_SCHEMA, ...event(1) };
    expect(isSessionEvent(good)).toBe(true);
    expect(isSessionEvent({ ...good, schema_id: 'other' })).toBe(false);
    expect(isSessionEvent({ ...good, sequence: undefined })).toBe(false);
  });
});
