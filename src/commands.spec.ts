import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { IRunningSessions } from '@jupyterlab/running';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from './commandids';
import { addSessionCommands } from './commands';
import { running } from './plugins/running';
import { sample } from './testing/samples';
import type { IRemoteSettings, IRemoteTabs, ISession } from './tokens';

jest.mock('@jupyterlab/apputils', () => ({
  ...jest.requireActual<object>('@jupyterlab/apputils'),
  showDialog: jest.fn(),
  showErrorMessage: jest.fn(() => Promise.resolve())
}));

const LIVE = [sample({ id: 'a' }), sample({ id: 'b', state: 'queued' })];
const ENDED = [
  sample({ id: 'c', state: 'stopped' }),
  sample({ id: 'd', state: 'failed' }),
  sample({ id: 'e', state: 'lost' })
];

/** The list, its requests, and the commands that act on it. */
function desk(confirmStop: IRemoteSettings['confirmStop'] = 'used') {
  const commands = new CommandRegistry();
  const sessions = {
    all: [...LIVE, ...ENDED],
    changed: new Signal<object, void>({}),
    get: (id: string): ISession | undefined =>
      [...LIVE, ...ENDED].find(each => each.id === id),
    stop: jest.fn<Promise<void>, [string]>(() => Promise.resolve()),
    purge: jest.fn<Promise<void>, [string]>(() => Promise.resolve())
  };
  addSessionCommands({
    app: { commands } as unknown as JupyterFrontEnd,
    sessions: sessions as never,
    tabs: { current: '', count: () => 0 } as unknown as IRemoteTabs,
    settings: { confirmStop } as IRemoteSettings,
    trans: nullTranslator.load('jupyter_remote')
  });
  return { commands, sessions };
}

/** Answer the next question; what it says is `question()`. */
function answer(accept: boolean): void {
  const button = accept ? Dialog.okButton() : Dialog.cancelButton();
  const result = { button, isChecked: null, value: null };
  jest.mocked(showDialog).mockResolvedValue(result);
}

const question = () => jest.mocked(showDialog).mock.calls[0]?.[0];
const ids = (request: jest.Mock<Promise<void>, [string]>) =>
  request.mock.calls.map(([id]) => id);

beforeEach(() => {
  jest.mocked(showDialog).mockReset();
  jest.mocked(showErrorMessage).mockClear();
});

describe('forget ended sessions', () => {
  it('asks with their number, and leaves all when the user gives up', async () => {
    const { commands, sessions } = desk();
    answer(false);
    await commands.execute(CommandIDs.purgeEnded);
    expect(question()?.body).toBe(
      '3 records and their logs are deleted for good.'
    );
    expect(sessions.purge).not.toHaveBeenCalled();
  });

  it('forgets those, and none that runs', async () => {
    const { commands, sessions } = desk();
    answer(true);
    await commands.execute(CommandIDs.purgeEnded);
    expect(ids(sessions.purge)).toEqual(['c', 'd', 'e']);
    expect(sessions.stop).not.toHaveBeenCalled();
  });
});

describe('stop all sessions', () => {
  it('asks with their number, then stops what runs', async () => {
    const { commands, sessions } = desk();
    answer(false);
    await commands.execute(CommandIDs.stopAll);
    expect(question()?.body).toBe(
      '2 sessions are stopped. Unsaved work in them is lost.'
    );
    expect(sessions.stop).not.toHaveBeenCalled();
    answer(true);
    await commands.execute(CommandIDs.stopAll);
    expect(ids(sessions.stop)).toEqual(['a', 'b']);
  });

  it('shows the words of the server', async () => {
    const { commands, sessions } = desk();
    sessions.stop.mockRejectedValueOnce(new Error('no answer'));
    answer(true);
    await commands.execute(CommandIDs.stopAll);
    expect(ids(sessions.stop)).toEqual(['a', 'b']);
    expect(showErrorMessage).toHaveBeenCalledWith(
      'Cannot stop all sessions',
      'no answer'
    );
  });

  it('does the same from the running panel of Lab, which asks itself', async () => {
    const { commands, sessions } = desk();
    let manager: IRunningSessions.IManager | undefined;
    const add = (added: IRunningSessions.IManager) => (manager = added);
    await running.activate(
      { commands } as unknown as JupyterFrontEnd,
      sessions,
      { add },
      nullTranslator
    );
    sessions.stop.mockRejectedValueOnce(new Error('no answer'));
    manager?.shutdownAll();
    expect(ids(sessions.stop)).toEqual(['a', 'b']);
    await new Promise(resolve => {
      setTimeout(resolve);
    });
    expect(showErrorMessage).toHaveBeenCalledWith(
      'Cannot stop all sessions',
      'no answer'
    );
    expect(showDialog).not.toHaveBeenCalled();
  });
});

describe('stop a session', () => {
  it.each([
    ['always', 1],
    ['used', 0],
    ['never', 0]
  ] as const)('asks as the setting says: %s', async (setting, asked) => {
    const { commands, sessions } = desk(setting);
    answer(true);
    await commands.execute(CommandIDs.stopSession, { id: 'a' });
    expect(showDialog).toHaveBeenCalledTimes(asked);
    expect(ids(sessions.stop)).toEqual(['a']);
  });
});
