import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import { CommandIDs } from './commandids';
import { chooseAccount } from './everestactions';
import { AppsModel } from './everestappsmodel';
import type { IFilling } from './everestappsmodel';
import type { EverestClient } from './everestclient';
import type { EverestMemory } from './everestmemory';
import { EMPTY_DRAFT } from './everestports';
import type { IAppDraft } from './everestports';
import type { IKeptTab } from './later';
import { pickActions } from './pickfiles';
import { keepDrafts, outcomeActions, tellSubmitted } from './submit';
import type { IRemoteEverest, IRemoteJobs } from './tokens';
import { EverestTab } from './widgets/everesttab';
import type { IAppsActions } from './widgets/everesttab';

type Args = ReadonlyPartialJSONObject;

/** What the tabs of applications need of Lab. */
export interface IAppsContext {
  readonly app: JupyterFrontEnd;
  readonly client: EverestClient;
  readonly everest: IRemoteEverest;
  readonly jobs: IRemoteJobs;
  readonly memory: EverestMemory;
  readonly tracker: WidgetTracker<IKeptTab>;
  readonly browser: IDefaultFileBrowser | null;
  readonly rendermime: IRenderMimeRegistry;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** Show the applications of an account. */
export async function openApps(
  context: IAppsContext,
  args: Args
): Promise<Widget | undefined> {
  const { app, everest, tracker, trans } = context;
  everest.open();
  let server = text(args.server);
  if (!server) {
    await everest.list().catch(() => undefined);
    server = (await chooseAccount(everest, trans))?.name ?? '';
  }
  if (!server) {
    if (everest.accounts.length === 0) {
      await app.commands.execute(CommandIDs.addEverest);
    }
    return undefined;
  }
  const shown = tracker.find(
    tab => tab instanceof EverestTab && tab.content.model.server === server
  );
  const tab = shown ?? makeTab(context, server, text(args.tab) || undefined);
  app.shell.activateById(tab.id);
  return tab;
}

/** Show the form of an application, filled in as the arguments say. */
export async function openAppForm(
  context: IAppsContext,
  args: Args
): Promise<Widget | undefined> {
  const { app, everest } = context;
  const [server, name] = [text(args.server), text(args.app)];
  if (!server || !name) {
    return openApps(context, args);
  }
  everest.open();
  const tab = makeTab(context, server, text(args.tab) || undefined);
  app.shell.activateById(tab.id);
  tab.content.model.remember(draftsOf(args.drafts));
  // Nobody waits for a server: when a page is loaded, its whole layout would.
  void tab.content.model.choose(name, fillingOf(args));
  return tab;
}

function fillingOf(args: Args): IFilling {
  const { inputs, name, draft } = args;
  return {
    name: text(name),
    resources: texts(args.resources),
    hidden: texts(args.hidden),
    ...(isObject(inputs) && { inputs }),
    ...(isObject(draft) && { draft: { ...EMPTY_DRAFT, ...draft } })
  };
}

/** What stands in other forms of a tab that comes back. */
function draftsOf(kept: unknown): ReadonlyMap<string, IAppDraft> {
  const all = typeof kept === 'object' && kept !== null ? kept : {};
  return new Map(
    Object.entries(all)
      .filter(([, draft]) => isObject(draft as ReadonlyPartialJSONValue))
      .map(([app, draft]) => [app, { ...EMPTY_DRAFT, ...draft }])
  );
}

function texts(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.filter(one => typeof one === 'string');
}

function isObject(
  value: ReadonlyPartialJSONValue | undefined
): value is ReadonlyPartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function makeTab(
  context: IAppsContext,
  server: string,
  id?: string
): EverestTab {
  const { app, tracker, rendermime, translator } = context;
  const model = new AppsModel({ ...context, server, id });
  const actions = actionsOf(context);
  const tab = new EverestTab({ model, actions, rendermime }, translator);
  app.shell.add(tab, 'main', { type: 'Remote' });
  keepDrafts(tracker, tab, model.stateChanged);
  return tab;
}

function actionsOf(context: IAppsContext): IAppsActions {
  const { app } = context;
  return {
    submit: async form => {
      const name = form.draft.name.trim();
      const key = await form.submit();
      if (key) {
        tellSubmitted(context, key, name || form.app.name);
      }
    },
    ...pickActions(context),
    addAccount: () => {
      void app.commands.execute(CommandIDs.addEverest);
    },
    ...outcomeActions(app)
  };
}
