import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { launchIcon, refreshIcon, tabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import { showMissing } from './widgets/missing';
import { CommandIDs } from './commandids';
import { attempt, SESSION_ARGS } from './commands';
import { openLater, openNow } from './browsertab';
import { ENDED } from './format';
import { appIcon, programIcon } from './icons';
import type { RemoteTabs } from './tabs';
import { targetId } from './target';
import type { IAppInfo, IRemoteSessions, IStartRequest } from './tokens';
import { askProgram } from './widgets/programdialog';

type Args = ReadonlyPartialJSONObject;

/** What the commands that start and open sessions need. */
export interface IStartContext {
  readonly app: JupyterFrontEnd;
  readonly sessions: IRemoteSessions;
  readonly tabs: RemoteTabs;
  readonly trans: TranslationBundle;
}

const START_ARGS = {
  args: {
    type: 'object',
    required: ['app'],
    properties: {
      app: { type: 'string', description: 'Name of the app, as in GET apps' },
      backend: { type: 'string', description: 'Where it runs' },
      name: { type: 'string', description: 'Name of the session' },
      options: { type: 'object', description: 'Options of the app' }
    }
  }
};

const PROGRAM_ARGS = {
  args: {
    type: 'object',
    properties: {
      command: { type: 'string', description: 'Command; without it: ask' },
      name: { type: 'string', description: 'Name of the session' }
    }
  }
};

const OPEN_ARGS = {
  args: {
    type: 'object',
    properties: {
      ...SESSION_ARGS.args.properties,
      app: { type: 'string', description: 'Its app, if it is gone' },
      name: { type: 'string', description: 'Its name, if it is gone' },
      layout: { type: 'string', description: 'Forced keyboard layout' },
      quality: { type: 'string', description: 'Picture quality' }
    }
  }
};

/** Add the commands that start and open sessions. */
export function addStartCommands(context: IStartContext): void {
  addStart(context);
  addProgram(context);
  addOpen(context);
  addOpenInBrowser(context);
  addRestart(context);
}

/** The request in a command's arguments. */
function requestOf(args: Args): IStartRequest {
  const text = (value: unknown) =>
    typeof value === 'string' && value ? value : undefined;
  return {
    app: text(args.app) ?? 'desktop',
    backend: text(args.backend) ?? 'local',
    name: text(args.name),
    options: args.options as ReadonlyPartialJSONObject | undefined
  };
}

function addStart(context: IStartContext): void {
  const { app, sessions, trans } = context;
  const info = (args: Args) => sessions.app(requestOf(args).app);
  app.commands.addCommand(CommandIDs.startSession, {
    label: args => {
      const { app } = requestOf(args);
      if (app === 'desktop') {
        // The launcher shows a card, the palette and the menu what it does.
        return 'cwd' in args ? trans.__('Display') : trans.__('New Display');
      }
      return info(args)?.title ?? app;
    },
    caption: args =>
      captionOf(info(args), trans) ||
      trans.__('Start a remote session and open it in a tab'),
    icon: args => appIcon(requestOf(args).app, info(args)),
    describedBy: START_ARGS,
    execute: args => start(context, requestOf(args))
  });
}

/** What an app is; or, where it cannot be used, why. */
function captionOf(
  info: IAppInfo | undefined,
  trans: TranslationBundle
): string {
  return info?.reason
    ? [trans.__('%1 cannot be used here', info.title), info.reason].join('.\n')
    : (info?.caption ?? '');
}

/** Start an app in the way in which it opens. */
async function start(
  context: IStartContext,
  request: IStartRequest
): Promise<Widget | undefined> {
  const { sessions, tabs, trans } = context;
  const info = sessions.app(request.app);
  if (info?.reason && (await stillMissing(sessions, request.app))) {
    await showMissing(sessions.app(request.app) ?? info, trans);
    return undefined;
  }
  if (info?.opens === 'browser') {
    await openLater(sessions, request, trans);
    return undefined;
  }
  if (info?.opens === 'nothing') {
    await attempt(trans.__('Cannot start %1', info.title), async () => {
      const { id } = await sessions.start(request);
      await context.app.commands.execute(CommandIDs.showLog, { id });
    });
    return undefined;
  }
  return tabs.start(request);
}

/** It may have been installed since the apps were listed. */
async function stillMissing(
  sessions: IRemoteSessions,
  name: string
): Promise<boolean> {
  await sessions.refreshApps().catch(() => undefined);
  return sessions.app(name)?.reason !== '';
}

function addProgram(context: IStartContext): void {
  const { app, sessions, trans } = context;
  app.commands.addCommand(CommandIDs.startProgram, {
    label: args =>
      'cwd' in args ? trans.__('Program…') : trans.__('New Program…'),
    caption: () =>
      captionOf(sessions.app('program'), trans) ||
      trans.__('Start one graphical program in a tab'),
    icon: programIcon,
    describedBy: PROGRAM_ARGS,
    execute: async args => {
      const info = sessions.app('program');
      if (info?.reason && (await stillMissing(sessions, 'program'))) {
        await showMissing(info, trans);
        return undefined;
      }
      const chosen =
        typeof args.command === 'string'
          ? { command: args.command, name: requestOf(args).name }
          : await askProgram(sessions, trans);
      return chosen ? start(context, program(chosen)) : undefined;
    }
  });
}

function program(chosen: { command: string; name?: string }): IStartRequest {
  const { command, name } = chosen;
  return { app: 'program', backend: 'local', name, options: { command } };
}

function addOpen(context: IStartContext): void {
  const { app, sessions, tabs, trans } = context;
  app.commands.addCommand(CommandIDs.openSession, {
    label: trans.__('Open Session'),
    caption: trans.__('Open the session in a tab'),
    icon: tabIcon,
    describedBy: OPEN_ARGS,
    isEnabled: args => !args.context || targetId(context, args) !== '',
    execute: args => {
      const id = targetId(context, args);
      const session = sessions.get(id);
      const opens = sessions.app(session?.app ?? '')?.opens;
      const web = session && opens === 'browser' ? session : undefined;
      if (web && !ENDED.has(web.state)) {
        openNow(sessions, web, trans);
        return undefined;
      }
      // Of what has ended, or has no page, there is the log.
      return web || opens === 'nothing'
        ? app.commands.execute(CommandIDs.showLog, { id })
        : tabs.open({ ...args, id });
    }
  });
}

function addOpenInBrowser(context: IStartContext): void {
  const { app, sessions, trans } = context;
  const target = (args: Args) => sessions.get(targetId(context, args));
  app.commands.addCommand(CommandIDs.openInBrowser, {
    label: trans.__('Open in Browser Tab'),
    caption: trans.__('Open the session in a tab of the browser'),
    icon: launchIcon,
    describedBy: SESSION_ARGS,
    isEnabled: args => {
      const session = target(args);
      const opens = sessions.app(session?.app ?? '')?.opens;
      return session?.state === 'running' && opens !== 'nothing';
    },
    execute: args => {
      const session = target(args);
      if (session) {
        openNow(sessions, session, trans);
      }
    }
  });
}

function addRestart(context: IStartContext): void {
  const { app, sessions, tabs, trans } = context;
  const state = (args: Args) => sessions.get(targetId(context, args))?.state;
  app.commands.addCommand(CommandIDs.restartSession, {
    label: trans.__('Start Again'),
    caption: trans.__('Start a new session like the ended one'),
    icon: refreshIcon,
    describedBy: SESSION_ARGS,
    isEnabled: args => ENDED.has(state(args) ?? 'lost'),
    execute: async args => {
      const id = targetId(context, args);
      const session = sessions.get(id);
      const tab = tabs.tracker.find(({ model }) => model.id === id);
      if (tab) {
        app.shell.activateById(tab.id);
        await tab.model.again();
      } else if (session) {
        const { app, backend, name, options } = session;
        await start(context, { app, backend, name, options });
      }
    }
  });
}
