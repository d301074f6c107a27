import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { copyOrShow } from '../copy';
import type { IAppInfo } from '../tokens';

/** Say why an app cannot be used here and how to install it. */
export async function showMissing(
  app: IAppInfo,
  trans: TranslationBundle
): Promise<void> {
  const body = ReactWidget.create(
    <p className="jp-RemoteMissing">{app.reason}</p>
  );
  const copy = Dialog.createButton({
    label: trans.__('Copy'),
    caption: trans.__('Copy the text'),
    actions: ['copy'],
    accept: false
  });
  const result = await showDialog({
    title: trans.__('%1 cannot be used here', app.title),
    body,
    buttons: [copy, Dialog.okButton()]
  });
  if (result.button.actions.includes('copy')) {
    await copyReason(app.reason, trans);
  }
}

/** Copy why an app is missing; where that is forbidden, show the text. */
export async function copyReason(
  reason: string,
  trans: TranslationBundle
): Promise<void> {
  const title = trans.__('How to install it');
  await copyOrShow(reason, trans.__('Copied'), title, trans);
}
