import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IConnectionStatus } from '@jupyterlab/services';

import { RemoteClient } from '../client';
import { RemoteSessions } from '../sessions';
import { IRemoteSessions } from '../tokens';

/** The mirror of the user's sessions, for all other plugins. */
export const sessions: JupyterFrontEndPlugin<IRemoteSessions> = {
  id: 'jupyterlab-remote:sessions',
  description: 'Mirrors the remote sessions of the user.',
  autoStart: true,
  provides: IRemoteSessions,
  optional: [IConnectionStatus],
  activate: (
    app: JupyterFrontEnd,
    connection: IConnectionStatus | null
  ): IRemoteSessions => {
    const { events, serverSettings } = app.serviceManager;
    const client = new RemoteClient(serverSettings);
    return new RemoteSessions({ client, events, connection });
  }
};
