import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  closeIcon,
  deleteIcon,
  editIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import {
  askName,
  confirmForget,
  confirmStop,
  confirmStopAll,
  needsConfirmation
} from './ask';
import { CommandIDs } from './commandids';
import { ENDED } from './format';
import { targetId } from './target';
import type {
  IRemoteSessions,
  IRemoteSettings,
  IRemoteTabs,
  ISession
} from './tokens';

/** What the commands act on. */
export interface ICommandContext {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  readonly tabs: IRemoteTabs;
  readonly settings: IRemoteSettings;
  readonly trans: TranslationBundle;
}

type Args = ReadonlyPartialJSONObject;

/** Schema of the arguments of commands on one session. */
export const SESSION_ARGS = {
  args: {
    type: 'object',
    properties: {
      id: {
        type: 'string',
        description: 'Id of the session; without it that of the current tab'
      },
      tab: { type: 'string', description: 'DOM id of the tab it is in' },
      context: {
        type: 'boolean',
        description: 'Whether that under the context menu is meant'
      }
    }
  }
};

const RENAME_ARGS = {
  args: {
    type: 'object',
    properties: {
      ...SESSION_ARGS.args.properties,
      name: { type: 'string', description: 'New name; without it: ask' }
    }
  }
};

/** Schema of commands without arguments. */
export const NO_ARGS = { args: { type: 'object', properties: {} } };

/** Run `action`; a failure is shown with the server's words. */
export async function attempt(
  title: string,
  action: () => Promise<void>
): Promise<void> {
  try {
    await action();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    await showErrorMessage(title, words);
  }
}

/** The session a command means. */
function target(context: ICommandContext, args: Args): ISession | undefined {
  return context.sessions.get(targetId(context, args));
}

function live(session: ISession | undefined): boolean {
  return session !== undefined && !ENDED.has(session.state);
}

/** Add the commands that change sessions. */
export function addSessionCommands(context: ICommandContext): void {
  addStop(context);
  addRename(context);
  addPurge(context);
  addStopAll(context);
  addPurgeEnded(context);
  addRefresh(context);
}

function addStop(context: ICommandContext): void {
  const { app, sessions, tabs, settings, trans } = context;
  app.commands.addCommand(CommandIDs.stopSession, {
    label: trans.__('Stop Session'),
    caption: trans.__('Stop the session and all programs in it'),
    icon: stopIcon,
    describedBy: SESSION_ARGS,
    isEnabled: args => live(target(context, args)),
    execute: async args => {
      const session = target(context, args);
      if (!session) {
        return;
      }
      const { id, name } = session;
      if (
        !needsConfirmation(session, settings.confirmStop) ||
        (await confirmStop(session, tabs.count(id), trans))
      ) {
        await attempt(trans.__('Cannot stop %1', name), () =>
          sessions.stop(id)
        );
      }
    }
  });
}

function addRename(context: ICommandContext): void {
  const { app, sessions, trans } = context;
  app.commands.addCommand(CommandIDs.renameSession, {
    label: trans.__('Rename Session…'),
    caption: trans.__('Give the session another name'),
    icon: editIcon,
    describedBy: RENAME_ARGS,
    isEnabled: args => target(context, args) !== undefined,
    execute: async args => {
      const session = target(context, args);
      if (!session) {
        return;
      }
      const given = typeof args.name === 'string' ? args.name : '';
      const name = given || (await askName(session, trans));
      if (name && name !== session.name) {
        await attempt(trans.__('Cannot rename %1', session.name), () =>
          sessions.rename(session.id, name)
        );
      }
    }
  });
}

function addPurge(context: ICommandContext): void {
  const { app, sessions, trans } = context;
  app.commands.addCommand(CommandIDs.purgeSession, {
    label: trans.__('Forget Session'),
    caption: trans.__('Remove the ended session and its log'),
    icon: closeIcon,
    describedBy: SESSION_ARGS,
    isEnabled: args => {
      const session = target(context, args);
      return session !== undefined && !live(session);
    },
    execute: async args => {
      const session = target(context, args);
      if (session) {
        await attempt(trans.__('Cannot forget %1', session.name), () =>
          sessions.purge(session.id)
        );
      }
    }
  });
}

function addStopAll(context: ICommandContext): void {
  const { app, sessions, trans } = context;
  const running = () => sessions.all.filter(live);
  app.commands.addCommand(CommandIDs.stopAll, {
    label: trans.__('Stop All Sessions…'),
    caption: trans.__('Stop all remote sessions'),
    icon: stopIcon,
    describedBy: NO_ARGS,
    isEnabled: () => running().length > 0,
    execute: async () => {
      const all = running();
      if (await confirmStopAll(all.length, trans)) {
        await attempt(trans.__('Cannot stop all sessions'), async () => {
          await Promise.all(all.map(({ id }) => sessions.stop(id)));
        });
      }
    }
  });
}

function addPurgeEnded(context: ICommandContext): void {
  const { app, sessions, trans } = context;
  const ended = () => sessions.all.filter(session => !live(session));
  app.commands.addCommand(CommandIDs.purgeEnded, {
    label: trans.__('Forget Ended Sessions…'),
    caption: trans.__('Remove all ended sessions and their logs'),
    icon: deleteIcon,
    describedBy: NO_ARGS,
    isEnabled: () => ended().length > 0,
    execute: async () => {
      // What ends while the question stands was not asked about.
      const all = ended();
      if (await confirmForget(all.length, trans)) {
        await attempt(trans.__('Cannot forget all sessions'), async () => {
          await Promise.all(all.map(({ id }) => sessions.purge(id)));
        });
      }
    }
  });
}

function addRefresh(context: ICommandContext): void {
  const { app, sessions, trans } = context;
  app.commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Refresh Sessions'),
    caption: trans.__('Ask the server for the list of sessions'),
    icon: refreshIcon,
    describedBy: NO_ARGS,
    execute: async () => {
      await attempt(trans.__('Cannot list the sessions'), async () => {
        await Promise.all([sessions.refresh(), sessions.refreshApps()]);
      });
    }
  });
}
