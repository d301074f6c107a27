import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  closeIcon,
  copyIcon,
  downloadIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { attempt, NO_ARGS } from './commands';
import { extendIcon, qrIcon, shareIcon } from './icons';
import type { ShareClient } from './shareclient';
import { stateNow } from './shareview';
import type { IRemoteShares, IShare } from './tokens';

/** What the commands need. */
export interface IShareCommands {
  readonly app: JupyterFrontEnd;
  readonly client: ShareClient;
  readonly shares: IRemoteShares;
  readonly notebooks: INotebookTracker | null;
  readonly browser: IDefaultFileBrowser | null;
  readonly browsers: IFileBrowserFactory | null;
  readonly trans: TranslationBundle;
}

type Args = ReadonlyPartialJSONObject;

const NOTEBOOK_ARGS = {
  args: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'The notebook; without it the current one'
      },
      context: {
        type: 'boolean',
        description: 'Whether the file under the context menu is meant'
      }
    }
  }
};

const SHARE_ARGS = {
  args: {
    type: 'object',
    properties: {
      share: { type: 'string', description: 'Id of the share' },
      context: {
        type: 'boolean',
        description: 'Whether that under the context menu is meant'
      }
    }
  }
};

/** What is done when somebody asks for it; loaded then. */
const actions = () => import('./shareactions');

/** The notebook that a command means, as the contents manager names it, or empty. */
function notebook(context: IShareCommands, { path, ...args }: Args): string {
  const { app, notebooks, browser, browsers } = context;
  if (typeof path === 'string') {
    return path;
  }
  if (args.context === true) {
    const current = browsers?.tracker.currentWidget ?? browser;
    const [item, ...more] = current ? [...current.selectedItems()] : [];
    return item?.type === 'notebook' && more.length === 0 ? item.path : '';
  }
  // Not what was current before something else came to the front.
  const { currentWidget } = app.shell;
  return notebooks?.find(each => each === currentWidget)?.context.path ?? '';
}

/** The share that a command means. */
function meant(context: IShareCommands, args: Args): IShare | undefined {
  const { app, shares } = context;
  if (args.context === true) {
    const node = app.contextMenuHitTest(({ dataset }) => 'share' in dataset);
    return shares.get(node?.dataset['share'] ?? '');
  }
  return typeof args.share === 'string' ? shares.get(args.share) : undefined;
}

/** Whether others can open it. */
function open(share: IShare | undefined): boolean {
  return share !== undefined && stateNow(share, Date.now()) === 'active';
}

/** Adds the commands of those who share. */
export function addShareCommands(context: IShareCommands): void {
  addShare(context);
  addExport(context);
  addLinks(context);
  addChanges(context);
  addEnds(context);
  addRefresh(context);
}

function addShare(context: IShareCommands): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.shareLink, {
    label: trans.__('Share Link…'),
    caption: trans.__('Make a link with which others can copy the notebook'),
    icon: shareIcon,
    describedBy: NOTEBOOK_ARGS,
    isVisible: args => !args.context || notebook(context, args) !== '',
    isEnabled: args => notebook(context, args) !== '',
    execute: async args => {
      const path = notebook(context, args);
      const { shareNotebook } = await actions();
      await attempt(trans.__('Cannot share %1', PathExt.basename(path)), () =>
        shareNotebook(context, path)
      );
    }
  });
}

function addExport(context: IShareCommands): void {
  const { app, trans } = context;
  app.commands.addCommand(CommandIDs.exportBundle, {
    label: trans.__('Export Notebook Bundle'),
    caption: trans.__(
      'Download the notebook with what it needs, to be imported anywhere'
    ),
    icon: downloadIcon,
    describedBy: NOTEBOOK_ARGS,
    isVisible: args => !args.context || notebook(context, args) !== '',
    isEnabled: args => notebook(context, args) !== '',
    execute: async args => {
      const path = notebook(context, args);
      const { exportBundle } = await actions();
      await attempt(trans.__('Cannot export %1', PathExt.basename(path)), () =>
        exportBundle(context, path)
      );
    }
  });
}

/** A command that does something with one share. */
interface IDeed {
  readonly id: string;
  readonly label: string;
  readonly caption: string;
  readonly icon: LabIcon;
  readonly may: (share: IShare | undefined) => boolean;
  /** What cannot be done, when it fails. */
  readonly title: (name: string) => string;
  readonly run: (share: IShare) => Promise<void>;
}

function add(context: IShareCommands, deed: IDeed): void {
  const { id, label, caption, icon, may, title, run } = deed;
  context.app.commands.addCommand(id, {
    label,
    caption,
    icon,
    describedBy: SHARE_ARGS,
    isEnabled: args => may(meant(context, args)),
    execute: async args => {
      const share = meant(context, args);
      if (share) {
        await attempt(title(share.name), () => run(share));
      }
    }
  });
}

function addLinks(context: IShareCommands): void {
  const { trans } = context;
  const title = (name: string) => trans.__('Cannot show the link to %1', name);
  add(context, {
    id: CommandIDs.copyShareLink,
    label: trans.__('Copy Link'),
    caption: trans.__('Copy the link again'),
    icon: copyIcon,
    may: open,
    title,
    run: async share => (await actions()).copyAgain(share, trans)
  });
  add(context, {
    id: CommandIDs.showShareLink,
    label: trans.__('Show Link…'),
    caption: trans.__('Show the link and its QR code'),
    icon: qrIcon,
    may: open,
    title,
    run: async share => (await actions()).showAgain(share, trans)
  });
}

function addChanges(context: IShareCommands): void {
  const { trans } = context;
  add(context, {
    id: CommandIDs.updateShare,
    label: trans.__('Update Now'),
    caption: trans.__('Share the notebook as it is saved now'),
    icon: refreshIcon,
    may: open,
    title: name => trans.__('Cannot update the link to %1', name),
    run: async share => (await actions()).updateShare(context, share)
  });
  add(context, {
    id: CommandIDs.extendShare,
    label: trans.__('Extend…'),
    caption: trans.__('Let the link work longer, or shorter'),
    icon: extendIcon,
    may: open,
    title: name => trans.__('Cannot extend the link to %1', name),
    run: async share => (await actions()).extendShare(context, share)
  });
}

function addEnds(context: IShareCommands): void {
  const { shares, trans } = context;
  add(context, {
    id: CommandIDs.revokeShare,
    label: trans.__('Revoke…'),
    caption: trans.__('End the link at once'),
    icon: stopIcon,
    may: open,
    title: name => trans.__('Cannot revoke the link to %1', name),
    run: async share => (await actions()).revokeShare(context, share)
  });
  add(context, {
    id: CommandIDs.forgetShare,
    label: trans.__('Forget Link'),
    caption: trans.__('Take the ended link off the list'),
    icon: closeIcon,
    may: share => share !== undefined && !open(share),
    title: name => trans.__('Cannot forget the link to %1', name),
    run: ({ id }) => shares.forget(id)
  });
}

function addRefresh({ app, shares, trans }: IShareCommands): void {
  app.commands.addCommand(CommandIDs.refreshShares, {
    label: trans.__('Refresh Shares'),
    caption: trans.__(
      'Ask the server for the list of shares, and whether their files changed'
    ),
    icon: refreshIcon,
    describedBy: NO_ARGS,
    execute: () =>
      attempt(trans.__('Cannot list the shares'), async () => {
        shares.open();
        await shares.refresh();
      })
  });
}
