import type { JupyterFrontEnd } from '@jupyterlab/application';

import { HeadStart } from './headstart';
import { sample } from './testing/samples';
import type { IRemoteSessions, ISession } from './tokens';

const TITLE = 'Start a remote desktop';
const TITLES: Record<string, string> = { desktop: TITLE };

function setUp() {
  const commands = {
    caption: (_: string, { app }: { app: string }) => TITLES[app],
    label: () => ''
  };
  const sessions = {
    spares: [] as ISession[],
    app: () => ({ reason: '' }),
    expect: jest.fn(() => Promise.resolve())
  };
  const state = { enabled: true };
  const start = new HeadStart({
    app: { commands, shell: {} } as unknown as JupyterFrontEnd,
    sessions: sessions as unknown as IRemoteSessions,
    enabled: () => state.enabled
  });
  document.body.innerHTML = `
    <div class="jp-LauncherCard" title="${TITLE}"><p id="on">Display</p></div>
    <div class="jp-LauncherCard" title="Notebook"><p id="other"></p></div>
    <p id="off"></p>`;
  const to = (id: string, type = 'pointerover') => {
    document
      .getElementById(id)
      ?.dispatchEvent(new Event(type, { bubbles: true }));
  };
  return { sessions, state, start, to };
}

describe('HeadStart', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('begins a desktop when the pointer rests on its card', () => {
    const { sessions, start, to } = setUp();
    to('on');
    jest.advanceTimersByTime(100);
    to('on'); // moves within the card
    expect(sessions.expect).not.toHaveBeenCalled();
    jest.advanceTimersByTime(30);
    expect(sessions.expect).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1000);
    expect(sessions.expect).toHaveBeenCalledTimes(1);
    start.dispose();
  });

  it('does the same for the keyboard', () => {
    const { sessions, start, to } = setUp();
    to('on', 'focusin');
    jest.advanceTimersByTime(200);
    expect(sessions.expect).toHaveBeenCalledTimes(1);
    start.dispose();
  });

  it('begins none when the pointer only passes, or rests elsewhere', () => {
    const { sessions, start, to } = setUp();
    to('on');
    jest.advanceTimersByTime(100);
    to('off');
    jest.advanceTimersByTime(1000);
    to('other');
    jest.advanceTimersByTime(1000);
    expect(sessions.expect).not.toHaveBeenCalled();
    start.dispose();
    to('on');
    jest.advanceTimersByTime(1000);
    expect(sessions.expect).not.toHaveBeenCalled();
  });

  it('begins none beside a spare one, or when it is switched off', () => {
    const { sessions, state, start, to } = setUp();
    const rest = () => {
      to('on');
      jest.advanceTimersByTime(200);
      to('off');
    };
    sessions.spares.push(sample({ spare: true }));
    rest();
    sessions.spares.pop();
    state.enabled = false;
    rest();
    expect(sessions.expect).not.toHaveBeenCalled();
    state.enabled = true;
    rest();
    expect(sessions.expect).toHaveBeenCalledTimes(1);
    start.dispose();
  });
});
