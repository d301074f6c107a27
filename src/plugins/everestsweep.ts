import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { FileDialog, IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';

import { CommandIDs } from '../commandids';
import { EverestClient } from '../everestclient';
import { keptSweeps } from '../everestresults';
import { everestIcon } from '../icons';
import { outcomeActions, tellSubmitted } from '../submit';
import { draftOf } from '../sweepdraft';
import { SweepModel } from '../sweepmodel';
import { IRemoteEverest } from '../tokens';
import type { ISweepActions } from '../widgets/sweepform';
import { SweepTab } from '../widgets/sweeptab';

/** After the cards of the accounts. */
const RANK = { rank: 7, categoryRank: 50 };

/** How long after a change a draft is kept, in ms. */
const SAVE = 500;

interface IContext {
  readonly app: JupyterFrontEnd;
  readonly everest: IRemoteEverest;
  readonly state: IStateDB | null;
  readonly browser: IDefaultFileBrowser | null;
  readonly tracker: WidgetTracker<SweepTab>;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** The form in which parameter sweeps are written. */
export const everestsweep: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:everest-sweep',
  description: 'Adds the form that submits parameter sweeps to Everest.',
  autoStart: true,
  requires: [IRemoteEverest, ITranslator],
  optional: [
    ILayoutRestorer,
    IDefaultFileBrowser,
    ICommandPalette,
    ILauncher,
    IStateDB
  ],
  activate: (
    app: JupyterFrontEnd,
    everest: IRemoteEverest,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    state: IStateDB | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const namespace = 'jupyter-remote-everest-sweep';
    const tracker = new WidgetTracker<SweepTab>({ namespace });
    const context = {
      app,
      everest,
      state,
      browser,
      tracker,
      translator,
      trans
    };
    const command = CommandIDs.everestSweep;
    app.commands.addCommand(command, {
      label: args =>
        'cwd' in args
          ? trans.__('Parameter Sweep')
          : trans.__('Parameter Sweep…'),
      caption: trans.__('Run a command on Everest for many values'),
      icon: everestIcon,
      describedBy: SWEEP_ARGS,
      execute: args => openSweep(context, args)
    });
    void restorer?.restore(tracker, {
      command,
      args: ({ content: { model } }) => ({
        draft: { ...model.draft } as unknown as ReadonlyPartialJSONObject,
        id: model.id
      }),
      name: ({ content: { model } }) => model.id
    });
    const category = trans.__('Remote');
    palette?.addItem({ command, category });
    // Who has no account has no use for the card.
    let card: IDisposable | null = null;
    everest.changed.connect(() => {
      if (everest.accounts.length > 0) {
        card ??= launcher?.add({ command, category, ...RANK }) ?? null;
      } else {
        card?.dispose();
        card = null;
      }
    });
  }
};

const SWEEP_ARGS = {
  args: {
    type: 'object',
    properties: {
      server: { type: 'string', description: 'Name of an Everest account' },
      draft: {
        type: 'object',
        description: 'What stands in the form: server, name, command, rows, ...'
      },
      id: { type: 'string', description: 'Id of a draft that comes back' }
    }
  }
};

function openSweep(
  context: IContext,
  { server, draft, id }: ReadonlyPartialJSONObject
): SweepTab {
  const { app, everest, tracker, translator, trans } = context;
  const client = new EverestClient(app.serviceManager.serverSettings);
  const kept = draftOf(draft);
  const named = typeof server === 'string' ? server : kept.server;
  const model = new SweepModel({
    client,
    everest,
    draft: { ...kept, server: named },
    ...(typeof id === 'string' && { id }),
    trans
  });
  const tab = new SweepTab(model, actionsOf(context, model), translator);
  app.shell.add(tab, 'main', { type: 'Remote' });
  void tracker.add(tab);
  const save = new Debouncer(() => tracker.save(tab), SAVE);
  model.stateChanged.connect(() => {
    void save.invoke().catch(() => undefined);
  });
  tab.disposed.connect(() => {
    save.dispose();
  });
  app.shell.activateById(tab.id);
  return tab;
}

function actionsOf(context: IContext, model: SweepModel): ISweepActions {
  const { app, browser, state, trans } = context;
  return {
    submit: async () => {
      const { draft } = model;
      const { name } = draft;
      const key = await model.submit();
      if (key) {
        void keptSweeps(state).keep(key, draft);
        tellSubmitted({ app, trans }, key, name);
      }
    },
    browse: browser && (() => browse(context, browser)),
    addAccount: () => {
      void app.commands.execute(CommandIDs.addEverest);
    },
    ...outcomeActions(app)
  };
}

async function browse(
  { translator, trans }: IContext,
  browser: IDefaultFileBrowser
): Promise<readonly string[]> {
  const { manager, path } = browser.model;
  const { contents } = manager.services;
  const { button, value } = await FileDialog.getOpenFiles({
    manager,
    translator,
    title: trans.__('Input Files'),
    defaultPath: contents.localPath(path)
  });
  // Without a selection it answers the folder.
  const files = (value ?? []).filter(({ type }) => type !== 'directory');
  return button.accept ? files.map(file => contents.localPath(file.path)) : [];
}
