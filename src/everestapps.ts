import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { chooseAccount } from './everestactions';
import { AppsModel } from './everestappsmodel';
import type { IFilling } from './everestappsmodel';
import type { EverestClient } from './everestclient';
import type { ChosenFile } from './everestfiles';
import type { EverestMemory } from './everestmemory';
import { EMPTY_DRAFT } from './everestports';
import { keepDrafts, outcomeActions, tellSubmitted } from './submit';
import { wordsOf } from './submitdraft';
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
  readonly tracker: WidgetTracker<EverestTab>;
  readonly browser: IDefaultFileBrowser | null;
  readonly rendermime: IRenderMimeRegistry;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** Show the applications of an account. */
export async function openApps(
  context: IAppsContext,
  args: Args
): Promise<EverestTab | undefined> {
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
  const shown = tracker.find(({ content }) => content.model.server === server);
  const tab = shown ?? makeTab(context, server, text(args.tab) || undefined);
  app.shell.activateById(tab.id);
  return tab;
}

/** Show the form of an application, filled in as the arguments say. */
export async function openAppForm(
  context: IAppsContext,
  args: Args
): Promise<EverestTab | undefined> {
  const { app, everest } = context;
  const [server, name] = [text(args.server), text(args.app)];
  if (!server || !name) {
    return openApps(context, args);
  }
  everest.open();
  const tab = makeTab(context, server, text(args.tab) || undefined);
  app.shell.activateById(tab.id);
  // Nobody waits for a server: when a page is loaded, its whole layout would.
  void tab.content.model.choose(name, fillingOf(args));
  return tab;
}

function fillingOf({ inputs, name, resources, draft }: Args): IFilling {
  const all: readonly unknown[] = Array.isArray(resources) ? resources : [];
  return {
    name: text(name),
    resources: all.filter(one => typeof one === 'string'),
    ...(isObject(inputs) && { inputs }),
    ...(isObject(draft) && { draft: { ...EMPTY_DRAFT, ...draft } })
  };
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
  const { app, browser } = context;
  return {
    submit: async form => {
      const name = form.draft.name.trim();
      const key = await form.submit();
      if (key) {
        tellSubmitted(context, key, name || form.app.name);
      }
    },
    browse: browser && (several => browse(context, browser, several)),
    dropped: paths => dropped(context, paths),
    addAccount: () => {
      void app.commands.execute(CommandIDs.addEverest);
    },
    ...outcomeActions(app)
  };
}

async function browse(
  context: IAppsContext,
  { model }: IDefaultFileBrowser,
  several: boolean
): Promise<readonly ChosenFile[]> {
  const { translator, trans } = context;
  const { button, value } = await FileDialog.getOpenFiles({
    manager: model.manager,
    translator,
    title: several ? trans.__('Choose Files') : trans.__('Choose a File'),
    defaultPath: model.path
  });
  const paths = button.accept ? (value ?? []).map(({ path }) => path) : [];
  return dropped(context, paths);
}

/** Files of the server's own; nothing else can be sent from there. */
async function dropped(
  { app, trans }: IAppsContext,
  paths: readonly string[]
): Promise<readonly ChosenFile[]> {
  const { contents } = app.serviceManager;
  const files: ChosenFile[] = [];
  for (const path of paths) {
    const title = trans.__('Cannot send %1', path);
    try {
      const { type } = await contents.get(path, { content: false });
      if (type === 'directory') {
        const words = trans.__('It is a folder: an input takes files.');
        await showErrorMessage(title, words);
      } else if (contents.driveName(path)) {
        const words = trans.__(
          'It is on another drive: copy it into the files of this server first.'
        );
        await showErrorMessage(title, words);
      } else {
        files.push({ path: contents.localPath(path) });
      }
    } catch (error) {
      await showErrorMessage(title, wordsOf(error));
    }
  }
  return files;
}
