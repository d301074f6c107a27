import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { RemoteSettings } from '../settings';
import { IRemoteSettings } from '../tokens';

const ID = 'jupyterlab-remote:settings';

/** What the user chose for sessions. */
export const settings: JupyterFrontEndPlugin<IRemoteSettings> = {
  id: ID,
  description: 'Provides the settings of remote sessions, and their menus.',
  autoStart: true,
  provides: IRemoteSettings,
  requires: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry): IRemoteSettings =>
    new RemoteSettings(registry.load(ID))
};
