import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import {
  createToolbarFactory,
  IToolbarWidgetRegistry,
  setToolbar
} from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { addDesktopCommands } from '../desktopcommands';
import type { Quality } from '../messages';
import { addStartCommands } from '../start';
import { RemoteTabs } from '../tabs';
import { isDesktop } from '../tabmodel';
import { IRemoteSessions, IRemoteTabs } from '../tokens';
import { addToolbarFactories, FACTORY, fillAppToolbar } from '../toolbar';

const ID = 'jupyterlab-remote:desktop';

/** Sessions in tabs, and what can be done in them. */
export const desktop: JupyterFrontEndPlugin<IRemoteTabs> = {
  id: ID,
  description: 'Opens remote sessions in tabs.',
  autoStart: true,
  provides: IRemoteTabs,
  requires: [
    IRemoteSessions,
    IToolbarWidgetRegistry,
    ISettingRegistry,
    ITranslator
  ],
  optional: [ILayoutRestorer, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    toolbars: IToolbarWidgetRegistry,
    registry: ISettingRegistry,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null
  ): IRemoteTabs => {
    const { commands } = app;
    const trans = translator.load('jupyter_remote');
    const factory = createToolbarFactory(
      toolbars,
      registry,
      FACTORY,
      ID,
      translator
    );
    const defaults = readDefaults(registry);
    const tabs = new RemoteTabs({ app, sessions, defaults, translator, trans });
    addToolbarFactories(toolbars, commands, trans);
    tabs.created.connect((_, tab) => {
      if (isDesktop(tab.model.app)) {
        setToolbar(tab, factory);
      } else {
        fillAppToolbar(tab, commands);
      }
    });
    const activate = (id: string) => {
      app.shell.activateById(id);
    };
    addStartCommands({ commands, sessions, tabs, activate, trans });
    addDesktopCommands({ app, tabs, browser, trans });
    void restorer?.restore(tabs.tracker, {
      command: CommandIDs.openSession,
      args: tab => tabs.state(tab),
      name: tab => tab.model.id,
      when: sessions.ready
    });
    return tabs;
  }
};

/** What the user chose for new desktops; empty until the settings are read. */
function readDefaults(
  registry: ISettingRegistry
): () => { layout: string; quality: Quality } {
  let settings: ISettingRegistry.ISettings | null = null;
  registry.load(ID).then(
    loaded => {
      settings = loaded;
    },
    (error: unknown) => {
      console.warn('The settings of remote desktops cannot be read.', error);
    }
  );
  return () => ({
    layout: (settings?.composite.keyboardLayout as string | undefined) ?? '',
    quality: (settings?.composite.quality as Quality | undefined) ?? 'auto'
  });
}
