import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { TabModel } from './tabmodel';
import { sample } from './testing/samples';
import type { IRemoteSessions, ISession } from './tokens';

/** Sessions that the test writes. */
function fake() {
  const known = new Map<string, ISession>();
  const answer = new PromiseDelegate<ISession>();
  const sessions = {
    freshness: 'fresh',
    get all() {
      return [...known.values()];
    },
    get: (id: string) => known.get(id),
    app: () => undefined,
    url: (id: string) => `/s/${id}/`,
    start: jest.fn(() => answer.promise),
    stop: jest.fn(() => Promise.resolve()),
    refresh: jest.fn(() => Promise.resolve()),
    log: jest.fn(() =>
      Promise.resolve({
        bytes: new TextEncoder().encode('last words\n'),
        start: 0,
        end: 11,
        size: 11
      })
    )
  };
  const changed = new Signal<unknown, void>(sessions);
  Object.assign(sessions, { changed });
  const put = (session: ISession) => {
    known.set(session.id, session);
    changed.emit();
  };
  const remove = (id: string) => {
    known.delete(id);
    changed.emit();
  };
  const mirror = sessions as unknown as IRemoteSessions;
  return { sessions, mirror, answer, put, remove };
}

const tick = () => new Promise(resolve => setTimeout(resolve, 0));

describe('TabModel', () => {
  it('may be asked for its session before the request to start is answered', async () => {
    const { mirror, answer, put } = fake();
    put(sample({ id: 'old' }));
    const model = new TabModel({ sessions: mirror, app: 'desktop' });
    await model.settled('a');
    void model.start({ app: 'desktop' });
    put(sample());
    await model.settled('old'); // it is another one
    expect(model.id).toBe('');
    const settled = model.settled('a').then(() => model.id);
    answer.resolve(sample());
    await expect(settled).resolves.toBe('a');
    await model.settled('b');
    model.dispose();
  });

  it('goes from the click to the open desktop', async () => {
    const { mirror, answer, put } = fake();
    const model = new TabModel({ sessions: mirror, app: 'desktop' });
    const started = model.start({ app: 'desktop' });
    expect([model.phase, model.url]).toEqual(['submitting', '']);
    put(sample({ state: 'starting' }));
    answer.resolve(sample({ state: 'starting' }));
    await started;
    expect([model.phase, model.url]).toEqual(['starting', '/s/a/']);
    put(sample());
    expect(model.phase).toBe('connecting');
    model.setPage('painted');
    expect(model.phase).toBe('open');
    model.dispose();
  });

  it('tells a program without a window from one that is not reached', () => {
    const { mirror, put } = fake();
    put(sample({ app: 'program' }));
    const program = { sessions: mirror, app: 'program', id: 'a' };
    const model = new TabModel(program);
    expect(model.windowless).toBe(false);
    model.setPage('connected');
    expect([model.phase, model.windowless]).toEqual(['connecting', true]);
    model.setPage('painted');
    expect([model.phase, model.windowless]).toEqual(['open', false]);
    model.dispose();
    const desktop = new TabModel({ ...program, app: 'desktop' });
    desktop.setPage('connected');
    expect(desktop.windowless).toBe(false);
    desktop.dispose();
  });

  it('says why it could not be started, and starts again', async () => {
    const { sessions, mirror, answer } = fake();
    const model = new TabModel({ sessions: mirror, app: 'desktop' });
    answer.reject(new Error('Too many.'));
    await model.start({ app: 'desktop', options: { cwd: '/tmp' } });
    expect([model.phase, model.problem]).toEqual(['refused', 'Too many.']);
    const again = model.again();
    expect(model.phase).toBe('submitting');
    await again;
    expect(sessions.start).toHaveBeenLastCalledWith(
      expect.objectContaining({ app: 'desktop', options: { cwd: '/tmp' } })
    );
    model.dispose();
  });

  it('stops what was cancelled before the server answered', async () => {
    const { sessions, mirror, answer } = fake();
    const model = new TabModel({ sessions: mirror, app: 'desktop' });
    const started = model.start({ app: 'desktop' });
    await model.cancel();
    answer.resolve(sample());
    await started;
    expect(sessions.stop).toHaveBeenCalledWith('a');
    model.dispose();
  });

  it('takes the page away at the end, and shows the end of the log', async () => {
    const { mirror, put, remove } = fake();
    put(sample());
    const model = new TabModel({ sessions: mirror, app: 'desktop', id: 'a' });
    model.setPage('painted');
    put(sample({ state: 'failed', revision: 2 }));
    expect([model.phase, model.url]).toEqual(['ended', '']);
    await tick();
    expect(model.tail).toBe('last words\n');
    remove('a');
    expect(model.phase).toBe('forgotten');
    expect(model.name).toBe('Desktop 1');
    model.dispose();
  });

  it('connects again after a loss', () => {
    jest.useFakeTimers();
    const { sessions, mirror, put } = fake();
    put(sample());
    const model = new TabModel({ sessions: mirror, app: 'desktop', id: 'a' });
    const reloads = jest.fn();
    model.reloadNeeded.connect(reloads);
    model.setPage('painted');
    model.setPage('closed');
    expect(model.phase).toBe('broken');
    expect(sessions.refresh).toHaveBeenCalled();
    jest.advanceTimersByTime(1000);
    expect(reloads).toHaveBeenCalledTimes(1);
    expect(model.phase).toBe('connecting');
    model.dispose();
    jest.useRealTimers();
  });

  it('keeps what the user chose', () => {
    const { mirror } = fake();
    const model = new TabModel({ sessions: mirror, app: 'desktop', id: 'a' });
    const kept = jest.fn();
    model.kept.connect(kept);
    model.keep({ layout: 'de' });
    expect([model.layout, model.quality]).toEqual(['de', 'auto']);
    expect(kept).toHaveBeenCalledTimes(1);
    model.dispose();
  });
});
