import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandids';
import { shorten } from '../format';
import { ShareClient } from '../shareclient';
import type { IReceived } from '../tokens';
import { IRemoteSettings, IRemoteShares } from '../tokens';

/** Lab shows no more of a message. */
const LENGTH = 140;

/** From so many on they are told in one sentence. */
const TOGETHER = 4;

/** Tells when somebody shares a notebook with the user, by name. */
export const sharenotices: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:share-notices',
  description: 'Notifies when somebody shares a notebook with the user.',
  autoStart: true,
  requires: [IRemoteShares, IRemoteSettings, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    shares: IRemoteShares,
    settings: IRemoteSettings,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const client = new ShareClient(app.serviceManager.serverSettings);
    const asked = new Set<string>();
    shares.changed.connect(() => {
      const fresh = shares.received.filter(
        ({ id, news }) => news === 'new' && !asked.has(id)
      );
      if (fresh.length === 0 || !settings.notifications) {
        return;
      }
      fresh.forEach(({ id }) => asked.add(id));
      // Of many tabs and browsers one is to tell.
      client.told(fresh.map(({ id }) => id)).then(
        ids => {
          tell(
            app,
            fresh.filter(({ id }) => ids.includes(id)),
            trans
          );
        },
        () => {
          fresh.forEach(({ id }) => asked.delete(id));
        }
      );
    });
    // Only on a hub can somebody name the user: elsewhere nothing is asked.
    if (PageConfig.getOption('hubPrefix')) {
      void app.restored.then(() => {
        shares.open();
      });
    }
  }
};

function tell(
  { commands }: JupyterFrontEnd,
  fresh: readonly IReceived[],
  trans: TranslationBundle
): void {
  if (fresh.length >= TOGETHER) {
    const callback = () => void commands.execute(CommandIDs.showPanel);
    Notification.info(
      trans.__('%1 notebooks were shared with you.', fresh.length),
      { autoClose: false, actions: [{ label: trans.__('Show'), callback }] }
    );
    return;
  }
  for (const { sender, name, link } of fresh) {
    const message = trans.__('%1 shares %2 with you.', sender, name);
    const callback = () =>
      void commands.execute(CommandIDs.openSharedLink, { link });
    Notification.info(shorten(message, LENGTH), {
      autoClose: false,
      actions: [{ label: trans.__('Look at It'), callback }]
    });
  }
}
