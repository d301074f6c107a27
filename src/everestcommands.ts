import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { addIcon, closeIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { attempt, NO_ARGS } from './commands';
import { isOurs } from './everestview';
import { extendIcon } from './icons';
import type { IEverestAccount, IRemoteEverest } from './tokens';

/** What the commands need. */
export interface IEverestCommands {
  readonly app: JupyterFrontEnd;
  readonly everest: IRemoteEverest;
  readonly trans: TranslationBundle;
}

type Args = ReadonlyPartialJSONObject;

/** The argument that names an account. */
export const SERVER_ARG = {
  server: { type: 'string', description: 'Name of the account' }
};

const SERVER_ARGS = { args: { type: 'object', properties: SERVER_ARG } };

/** What is done when somebody asks for it; loaded then. */
const actions = () => import('./everestactions');

/** The account that a command means. */
export function accountOf(
  everest: IRemoteEverest,
  { server }: Args
): IEverestAccount | undefined {
  return typeof server === 'string' ? everest.get(server) : undefined;
}

/** Adds the commands for accounts on Everest servers. */
export function addAccountCommands(context: IEverestCommands): void {
  const { app, everest, trans } = context;
  app.commands.addCommand(CommandIDs.addEverest, {
    label: trans.__('Add Everest Account…'),
    caption: trans.__('Add an account on an Everest server'),
    icon: addIcon,
    describedBy: NO_ARGS,
    execute: async () => {
      everest.open();
      await (await actions()).enterAccount({ everest, trans });
    }
  });
  addRenew(context);
  addForget(context);
  addRefresh(context);
}

/** A command that changes one account; that of the environment stays. */
interface IDeed {
  readonly id: string;
  readonly label: string;
  readonly caption: string;
  readonly icon: LabIcon;
  /** What cannot be done, when it fails. */
  readonly title: (name: string) => string;
  readonly run: (account: IEverestAccount) => Promise<void>;
}

function add({ app, everest }: IEverestCommands, deed: IDeed): void {
  const { id, label, caption, icon, title, run } = deed;
  app.commands.addCommand(id, {
    label,
    caption,
    icon,
    describedBy: SERVER_ARGS,
    isEnabled: args => {
      const account = accountOf(everest, args);
      return account !== undefined && isOurs(account);
    },
    execute: async args => {
      const account = accountOf(everest, args);
      if (account && isOurs(account)) {
        await attempt(title(account.name), () => run(account));
      }
    }
  });
}

function addRenew(context: IEverestCommands): void {
  const { everest, trans } = context;
  add(context, {
    id: CommandIDs.renewEverest,
    label: trans.__('Renew Token…'),
    caption: trans.__('Get a new token for an Everest account'),
    icon: extendIcon,
    title: name => trans.__('Cannot renew the token of %1', name),
    run: async account =>
      (await actions()).enterAccount({ everest, account, trans })
  });
}

function addForget(context: IEverestCommands): void {
  const { everest, trans } = context;
  add(context, {
    id: CommandIDs.forgetEverest,
    label: trans.__('Forget Everest Account…'),
    caption: trans.__('Delete the token of an Everest account; its jobs go on'),
    icon: closeIcon,
    title: name => trans.__('Cannot forget %1', name),
    run: async account =>
      (await actions()).forgetAccount(everest, account, trans)
  });
}

function addRefresh({ app, everest, trans }: IEverestCommands): void {
  app.commands.addCommand(CommandIDs.refreshEverest, {
    label: trans.__('Refresh Everest Accounts'),
    caption: trans.__('Ask all Everest servers whether the tokens work'),
    icon: refreshIcon,
    describedBy: NO_ARGS,
    execute: () =>
      attempt(trans.__('Cannot list the accounts'), async () => {
        everest.open();
        await everest.refresh();
      })
  });
}
