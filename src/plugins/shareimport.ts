import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRouter } from '@jupyterlab/application';
import { ICommandPalette, InputDialog } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { URLExt } from '@jupyterlab/coreutils';
import {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { attempt, NO_ARGS } from '../commands';
import { importIcon } from '../icons';
import type { IImportContext } from '../importactions';
import { ShareClient } from '../shareclient';
import { parseShareRoute } from '../shareroute';
import { IRemoteShares } from '../tokens';

const LINK_ARGS = {
  args: {
    type: 'object',
    properties: {
      link: { type: 'string', description: 'The link; without it: ask' }
    }
  }
};

/** What is done when somebody asks for it; loaded then. */
const actions = () => import('../importactions');

/** The ways to what others share. */
export const shareimport: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:share-import',
  description: 'Opens links and bundles that others sent.',
  autoStart: true,
  requires: [IRemoteShares, ITranslator],
  optional: [
    IRouter,
    IDefaultFileBrowser,
    IFileBrowserFactory,
    IRenderMimeRegistry,
    IEditorServices,
    ICommandPalette
  ],
  activate: (
    app: JupyterFrontEnd,
    shares: IRemoteShares,
    translator: ITranslator,
    router: IRouter | null,
    browser: IDefaultFileBrowser | null,
    browsers: IFileBrowserFactory | null,
    rendermime: IRenderMimeRegistry | null,
    editors: IEditorServices | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const client = new ShareClient(app.serviceManager.serverSettings);
    const lab = { app, client, shares, browser, browsers };
    const context = { ...lab, rendermime, editors, translator, trans };
    addOpen(context);
    addImport(context);
    if (router) {
      addRoute(context, router);
    }
    const category = trans.__('Remote');
    palette?.addItem({ command: CommandIDs.openSharedLink, category });
    palette?.addItem({ command: CommandIDs.importBundle, category });
  }
};

function addOpen(context: IImportContext): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.openSharedLink, {
    label: trans.__('Open Shared Link…'),
    caption: trans.__('Look at a notebook that somebody shared with a link'),
    icon: importIcon,
    describedBy: LINK_ARGS,
    execute: async ({ link }) => {
      const given = typeof link === 'string' ? link : await ask(context);
      return given ? (await actions()).openLink(context, given) : undefined;
    }
  });
}

async function ask({ trans }: IImportContext): Promise<string> {
  const result = await InputDialog.getText({
    title: trans.__('Open a Shared Link'),
    label: trans.__('Link that somebody sent you'),
    okLabel: trans.__('Open')
  });
  return result.button.accept ? (result.value ?? '').trim() : '';
}

function addImport(context: IImportContext): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.importBundle, {
    label: trans.__('Import Notebook Bundle…'),
    caption: trans.__(
      'Put an exported notebook into the file browser’s folder'
    ),
    icon: importIcon,
    describedBy: NO_ARGS,
    execute: () =>
      attempt(trans.__('Cannot import the bundle'), async () => {
        await (await actions()).importBundle(context);
      })
  });
}

/** `lab#jupyter-remote-share=<link>`; in a query, which servers log, it works as well. */
function addRoute({ app, trans }: IImportContext, router: IRouter): void {
  const { commands } = app;
  commands.addCommand(CommandIDs.shareRoute, {
    label: trans.__('Open the Shared Link in the URL'),
    describedBy: NO_ARGS,
    execute: async () => {
      const { link, rest } = parseShareRoute(router.current);
      // The link stays in no history and in no bookmark of Lab.
      window.history.replaceState({}, '', URLExt.join(router.base, rest));
      await app.restored;
      if (link) {
        await commands.execute(CommandIDs.openSharedLink, { link });
      }
    }
  });
  router.register({
    command: CommandIDs.shareRoute,
    pattern: /[?&#]jupyter-remote-share=/
  });
}
