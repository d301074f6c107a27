import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { TextArea } from './widgets/textarea';

/** Copy a text; false where the browser forbids it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copy a text and say so; where the browser forbids it, show it under `title`. */
export async function copyOrShow(
  text: string,
  said: string,
  title: string,
  trans: TranslationBundle
): Promise<void> {
  if (await copyText(text)) {
    Notification.success(said, { autoClose: 2_000 });
    return;
  }
  await showDialog({
    title,
    body: new TextArea({
      label: trans.__('The browser does not let Lab copy it. Press Ctrl+C.'),
      text,
      readOnly: true
    }),
    focusNodeSelector: 'textarea',
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

/** Copy a link and say so; false where the browser forbids it. */
export async function copyLink(
  link: string,
  name: string,
  trans: TranslationBundle
): Promise<boolean> {
  const copied = await copyText(link);
  if (copied) {
    const message = trans.__('The link to %1 is copied', name);
    Notification.success(message, { autoClose: 2_000 });
  }
  return copied;
}
