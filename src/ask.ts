import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { ENDED } from './format';
import type { IRemoteSettings, ISession } from './tokens';

/**
 * Whether the user shall confirm the stop of a session: by default when it
 * runs and somebody has it open or has worked in it.
 */
export function needsConfirmation(
  session: ISession,
  setting: IRemoteSettings['confirmStop']
): boolean {
  if (setting === 'never' || ENDED.has(session.state)) {
    return false;
  }
  const used = session.clients > 0 || session.activity !== null;
  return setting === 'always' || (session.state === 'running' && used);
}

/** Ask before a session is stopped; `here`: tabs of this page that show it. */
export async function confirmStop(
  session: ISession,
  here: number,
  trans: TranslationBundle
): Promise<boolean> {
  const loss = trans.__('Programs running in it end and unsaved work is lost.');
  const elsewhere =
    session.clients > here ? trans.__('It is also open elsewhere.') : '';
  const result = await showDialog({
    title: trans.__('Stop %1?', session.name),
    body: [loss, elsewhere].join(' ').trim(),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop') })
    ]
  });
  return result.button.accept;
}

/** Ask before several sessions are stopped. */
export async function confirmStopAll(
  count: number,
  trans: TranslationBundle
): Promise<boolean> {
  const result = await showDialog({
    title: trans.__('Stop all remote sessions?'),
    body: trans._n(
      'One session is stopped. Unsaved work in it is lost.',
      '%1 sessions are stopped. Unsaved work in them is lost.',
      count
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop All') })
    ]
  });
  return result.button.accept;
}

/** Ask before the records and logs of several ended sessions are deleted. */
export async function confirmForget(
  count: number,
  trans: TranslationBundle
): Promise<boolean> {
  const result = await showDialog({
    title: trans.__('Forget all ended sessions?'),
    body: trans._n(
      'One record and its log are deleted for good.',
      '%1 records and their logs are deleted for good.',
      count
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Forget All') })
    ]
  });
  return result.button.accept;
}

/** The new name of a session; empty when the user gave up. */
export async function askName(
  session: ISession,
  trans: TranslationBundle
): Promise<string> {
  const result = await InputDialog.getText({
    title: trans.__('Rename %1', session.name),
    label: trans.__('Name'),
    text: session.name,
    okLabel: trans.__('Rename')
  });
  return result.button.accept ? (result.value ?? '').trim() : '';
}
