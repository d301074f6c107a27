import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRouter } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { NO_ARGS } from '../commands';
import { IRemoteSessions } from '../tokens';

/** Parameter of Lab's URL that names an app to open. */
const PARAMETER = 'jupyter-remote';

/** Opens an app at once: `lab?jupyter-remote=desktop`. */
export const route: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:route',
  description: 'Opens a desktop, or another app, named in the URL of Lab.',
  autoStart: true,
  requires: [IRemoteSessions, IRouter, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    router: IRouter,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const { commands } = app;
    commands.addCommand(CommandIDs.route, {
      label: trans.__('Open the App Named in the URL'),
      describedBy: NO_ARGS,
      execute: async () => {
        const { name, rest } = parseRoute(router.current);
        await Promise.all([app.restored, sessions.ready]);
        router.navigate(rest, { skipRouting: true });
        const open = sessions.all.find(
          session => session.app === name && session.state === 'running'
        );
        if (open) {
          await commands.execute(CommandIDs.openSession, { id: open.id });
        } else {
          await commands.execute(CommandIDs.startSession, { app: name });
        }
      }
    });
    router.register({
      command: CommandIDs.route,
      pattern: /[?&]jupyter-remote=[\w.-]+/
    });
  }
};

/** The app named in a location, and the location without it. */
export function parseRoute(location: IRouter.ILocation): {
  name: string;
  rest: string;
} {
  const { path, search, hash } = location;
  const { [PARAMETER]: name, ...others } = URLExt.queryStringToObject(
    search ?? ''
  );
  const query = Object.keys(others).length
    ? URLExt.objectToQueryString(others)
    : '';
  return { name: name ?? '', rest: path + query + hash };
}
