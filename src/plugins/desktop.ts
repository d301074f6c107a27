import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import {
  createToolbarFactory,
  IToolbarWidgetRegistry
} from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../commandids';
import { addDesktopCommands } from '../desktopcommands';
import { HeadStart } from '../headstart';
import type { Quality } from '../messages';
import { addStartCommands } from '../start';
import { RemoteTabs } from '../tabs';
import { IRemoteSessions, IRemoteTabs } from '../tokens';
import { keepWarm, warmPages } from '../warm';
import { addToolbarFactories, FACTORY, fillToolbar } from '../toolbar';

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
    const trans = translator.load('jupyter_remote');
    const { defaults, enabled, headStart, changed } = readSettings(registry);
    const ahead = { app, sessions, trans, enabled, changed };
    const warm = warmPages(ahead);
    const options = { app, sessions, defaults, warm, translator, trans };
    const tabs = new RemoteTabs(options);
    keepWarm(warm, tabs, ahead);
    new HeadStart({ app, sessions, enabled: headStart });
    const factory = createToolbarFactory(
      toolbars,
      registry,
      FACTORY,
      ID,
      translator
    );
    addToolbarFactories(toolbars, app.commands, trans);
    tabs.created.connect((_, tab) => {
      fillToolbar(tab, factory, app.commands);
    });
    addStartCommands({ app, sessions, tabs, trans });
    addDesktopCommands({ app, tabs, browser, trans });
    restore(restorer, tabs, sessions);
    return tabs;
  }
};

function restore(
  restorer: ILayoutRestorer | null,
  tabs: RemoteTabs,
  sessions: IRemoteSessions
): void {
  void restorer?.restore(tabs.tracker, {
    command: CommandIDs.openSession,
    args: tab => tabs.state(tab),
    name: tab => tab.model.id,
    when: sessions.ready
  });
}

/** What the user chose for new desktops; the defaults until the settings are read. */
function readSettings(registry: ISettingRegistry): {
  defaults: () => { layout: string; quality: Quality };
  enabled: () => boolean;
  headStart: () => boolean;
  changed: ISignal<object, void>;
} {
  let settings: ISettingRegistry.ISettings | null = null;
  const changed = new Signal<object, void>({});
  const tell = () => {
    changed.emit();
  };
  registry.load(ID).then(
    loaded => {
      settings = loaded;
      loaded.changed.connect(tell);
      tell();
    },
    (error: unknown) => {
      console.warn('The settings of remote desktops cannot be read.', error);
    }
  );
  const chosen = () => settings?.composite ?? {};
  return {
    defaults: () => ({
      layout: (chosen().keyboardLayout as string | undefined) ?? '',
      quality: (chosen().quality as Quality | undefined) ?? 'auto'
    }),
    enabled: () => settings !== null && chosen().warmPage !== false,
    headStart: () => settings !== null && chosen().headStart !== false,
    changed
  };
}
