import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { openLater, openNow } from './browsertab';
import { appInfo, sample } from './testing/samples';
import type { IRemoteSessions, ISession, State } from './tokens';

jest.mock('@jupyterlab/apputils', () => ({
  ...jest.requireActual<object>('@jupyterlab/apputils'),
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

const trans = nullTranslator.load('jupyter_remote');

/** A window of the browser that was opened and notes what is done with it. */
function tab() {
  return {
    closed: false,
    opener: window as Window | null,
    document: { title: '', body: { textContent: '' } },
    location: { replace: jest.fn() },
    close: jest.fn()
  };
}

/** A list in which a session starts, and goes into `state` when it is told. */
function list() {
  let session: ISession = sample({ app: 'hello', state: 'starting' });
  const changed = new Signal<object, void>({});
  const sessions = {
    changed,
    app: () => appInfo({ name: 'hello', opens: 'browser' }),
    get: () => session,
    start: () => Promise.resolve(session),
    url: (id: string) => `/s/${id}/`
  } as unknown as IRemoteSessions;
  const become = (state: State, reason = '') => {
    session = sample({ app: 'hello', state, reason });
    changed.emit();
  };
  return { sessions, become };
}

const turns = async () => {
  for (let i = 0; i < 5; i += 1) {
    await Promise.resolve();
  }
};

const told = () =>
  Notification.manager.notifications.map(({ message }) => message);

let opened = tab();
let allowed = true;
const open = jest.fn(() => (allowed ? (opened as unknown as Window) : null));

beforeEach(() => {
  Notification.dismiss();
  opened = tab();
  allowed = true;
  open.mockClear();
  window.open = open;
});

describe('openLater', () => {
  it('opens the tab at once, and gives it the address when the app runs', async () => {
    const { sessions, become } = list();
    const done = openLater(sessions, { app: 'hello' }, trans);
    expect(open).toHaveBeenCalledTimes(1);
    expect(opened.document.body.textContent).toBe('Starting Desktop…');
    await turns();
    expect(opened.location.replace).not.toHaveBeenCalled();
    become('running');
    await done;
    expect(opened.location.replace).toHaveBeenCalledWith('/s/a/');
    expect(opened.opener).toBeNull();
    expect(told()).toEqual([]);
  });

  it('closes it when the app fails', async () => {
    const { sessions, become } = list();
    const done = openLater(sessions, { app: 'hello' }, trans);
    await turns();
    become('failed', 'no such program');
    await done;
    expect(opened.close).toHaveBeenCalledTimes(1);
    expect(opened.location.replace).not.toHaveBeenCalled();
  });

  it.each([
    ['was allowed', false, 'The browser opened no tab for Desktop 1'],
    ['was left open', true, 'Desktop 1 is running']
  ])('offers to open it when no tab %s', async (_, first, words) => {
    const { sessions, become } = list();
    allowed = first;
    const done = openLater(sessions, { app: 'hello' }, trans);
    await turns();
    opened.closed = true;
    become('running');
    await done;
    expect(told()).toEqual([words]);
    [opened, allowed] = [tab(), true];
    const [offer] = Notification.manager.notifications;
    offer?.options.actions?.[0]?.callback(new MouseEvent('click'));
    expect(opened.location.replace).toHaveBeenCalledWith('/s/a/');
  });
});

describe('openNow', () => {
  it('says so when the browser allows no tab', () => {
    const { sessions } = list();
    openNow(sessions, sample(), trans);
    expect(opened.location.replace).toHaveBeenCalledWith('/s/a/');
    expect(told()).toEqual([]);
    allowed = false;
    openNow(sessions, sample(), trans);
    expect(told()).toEqual(['The browser opened no tab for Desktop 1']);
  });
});
