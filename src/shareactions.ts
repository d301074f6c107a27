/** What is done with shares when somebody asks for it; loaded then. */
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  Dialog,
  InputDialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';

import { copyLink } from './copy';
import { durationText, parseDuration } from './durations';
import { saveBlob } from './download';
import { foreignDrive } from './drives';
import { fullSentence } from './format';
import type { IShareCommands } from './sharecommands';
import { ShareModel } from './sharemodel';
import { fullLink, lifeWords, livesWithin, moment } from './shareview';
import type { IShare } from './tokens';
import { askShare } from './widgets/sharedialog';
import { showLink } from './widgets/sharelink';

/** Ask how a notebook is to be shared, share it, show the link. */
export async function shareNotebook(
  context: IShareCommands,
  path: string
): Promise<void> {
  const { shares, trans } = context;
  const local = ownPath(context, path);
  shares.open();
  await shares.ready;
  if (shares.freshness !== 'fresh') {
    // What is known may be old: the dialog would promise what is not so.
    await shares.refresh().catch(() => undefined);
  }
  // A service that does not answer allows nothing: its longest time is 0 s.
  if (shares.mode === '' || shares.limits.expires_in === 0) {
    const title = trans.__('Cannot share %1', PathExt.basename(path));
    const words = shares.why || shares.problem;
    await showErrorMessage(
      title,
      fullSentence(words || trans.__('Sharing is off on this server.'))
    );
    return;
  }
  const model = new ShareModel({
    shares,
    path: local,
    ...opened(context, path),
    trans
  });
  const share = await askShare(model, trans);
  if (share) {
    await showLink(share, trans);
  }
}

/** A path as this server knows it; throws when only the browser knows it. */
function ownPath({ app, trans }: IShareCommands, path: string): string {
  const { contents } = app.serviceManager;
  const drive = foreignDrive(contents, path);
  if (drive) {
    throw new Error(
      trans.__(
        'It lies on the drive %1, which this server cannot read. Copy it into the files of this server first.',
        drive
      )
    );
  }
  return contents.localPath(path);
}

/** What is known of a notebook because it is open here. */
function opened(
  { notebooks }: IShareCommands,
  path: string
): { kernel: string; save: (() => Promise<void>) | null } {
  const document = notebooks?.find(each => each.context.path === path)?.context;
  return {
    kernel: document?.sessionContext.kernelDisplayName ?? '',
    save: document?.model.dirty ? () => document.save() : null
  };
}

/** Copy a link; show it where the browser forbids that. */
export async function copyAgain(
  share: IShare,
  trans: TranslationBundle
): Promise<void> {
  const link = fullLink(share.link, window.location.href);
  if (!(await copyLink(link, share.name, trans))) {
    await showLink(share, trans);
  }
}

/** Show a link and its QR code. */
export function showAgain(
  share: IShare,
  trans: TranslationBundle
): Promise<void> {
  return showLink(share, trans);
}

/** Share a notebook as it is saved now. */
export async function updateShare(
  { shares, trans }: IShareCommands,
  share: IShare
): Promise<void> {
  const { name, revision } = await shares.renew(share.id);
  Notification.info(
    revision === share.revision
      ? trans.__('The link to %1 leads to what is saved already.', name)
      : trans.__('The link to %1 leads to revision %2 now.', name, revision),
    { autoClose: 3_000 }
  );
}

/** Ask how long from now a link works. */
export async function extendShare(
  { shares, trans }: IShareCommands,
  share: IShare
): Promise<void> {
  const { expires_in } = shares.limits;
  const lives = livesWithin(shares.limits);
  const items = lives.map(life => lifeWords(life, trans));
  const result = await InputDialog.getItem({
    title: trans.__('Extend the link to %1', share.name),
    label: trans.__(
      'It works until %1. From now on it shall work for:',
      moment(share.expires)
    ),
    items,
    current: items[Math.min(1, items.length - 1)] ?? '',
    editable: true,
    okLabel: trans.__('Extend')
  });
  const text = result.button.accept ? (result.value ?? '') : '';
  if (!text) {
    return;
  }
  const life = lives[items.indexOf(text)] ?? parseDuration(text);
  if (life === null || life < 60) {
    throw new Error(trans.__('Write how long, such as 12 h or 3 d.'));
  }
  if (expires_in !== null && life > expires_in) {
    const most = durationText(expires_in);
    throw new Error(trans.__('The longest time here is %1.', most));
  }
  await shares.change(share.id, { expires_in: life });
}

/** Ask, then end a link. */
export async function revokeShare(
  { shares, trans }: IShareCommands,
  share: IShare
): Promise<void> {
  const result = await showDialog({
    title: trans.__('Revoke the link to %1?', share.name),
    body: trans.__(
      'Nobody can open it any more, at once. Copies that were made stay.'
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Revoke') })
    ]
  });
  if (result.button.accept) {
    await shares.revoke(share.id);
  }
}

/** Download a notebook with what it needs. */
export async function exportBundle(
  context: IShareCommands,
  path: string
): Promise<void> {
  const { client } = context;
  const local = ownPath(context, path);
  const name = PathExt.basename(local, '.ipynb');
  saveBlob(await client.bundle(local, true), `${name}.zip`);
}
