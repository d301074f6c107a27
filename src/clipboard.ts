import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { copyOrShow } from './copy';
import type { SessionView } from './widgets/sessiontab';
import { TextArea } from './widgets/textarea';

/** Copy the desktop's clipboard to the browser's. */
export async function copyFrom(
  view: SessionView,
  trans: TranslationBundle
): Promise<void> {
  const text = await view.frame.ask('copy').catch(() => view.clipboard);
  if (text === '') {
    Notification.info(
      trans.__('There is no text on the desktop’s clipboard.'),
      {
        autoClose: 3000
      }
    );
    return;
  }
  const said = trans.__('Copied from the desktop');
  await copyOrShow(text, said, trans.__('Text from the Desktop'), trans);
}

/** Put the browser's clipboard on the desktop's; ask where that is forbidden. */
export async function pasteTo(
  view: SessionView,
  trans: TranslationBundle
): Promise<void> {
  let text: string | null;
  try {
    text = await navigator.clipboard.readText();
  } catch {
    text = await askText(trans);
  }
  if (text) {
    view.frame.post({ type: 'paste', text, insert: true });
    view.frame.grab();
  }
}

/** The browser does not let us read its clipboard: let the user paste here. */
async function askText(trans: TranslationBundle): Promise<string | null> {
  const result = await showDialog({
    title: trans.__('Paste to the Desktop'),
    body: new TextArea({
      label: trans.__('The browser does not let Lab paste. Press Ctrl+V here.'),
      text: '',
      readOnly: false
    }),
    focusNodeSelector: 'textarea',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Paste') })
    ]
  });
  return result.button.accept ? result.value : null;
}
