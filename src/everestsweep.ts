import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IStateDB } from '@jupyterlab/statedb';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { EverestClient } from './everestclient';
import { keptSweeps } from './everestresults';
import type { IKeptTab } from './later';
import { pickActions } from './pickfiles';
import { keepDrafts, outcomeActions, tellSubmitted } from './submit';
import { draftOf } from './sweepdraft';
import { SweepModel } from './sweepmodel';
import type { IRemoteEverest } from './tokens';
import type { ISweepActions } from './widgets/sweepform';
import { SweepTab } from './widgets/sweeptab';

/** What the form of sweeps needs of Lab. */
export interface ISweepContext {
  readonly app: JupyterFrontEnd;
  readonly everest: IRemoteEverest;
  readonly state: IStateDB | null;
  readonly browser: IDefaultFileBrowser | null;
  readonly tracker: WidgetTracker<IKeptTab>;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** Show a form, filled in as the arguments say. */
export function openSweep(
  context: ISweepContext,
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
  keepDrafts(tracker, tab, model.stateChanged);
  app.shell.activateById(tab.id);
  return tab;
}

function actionsOf(context: ISweepContext, model: SweepModel): ISweepActions {
  const { app, state, trans } = context;
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
    ...pickActions(context),
    addAccount: () => {
      void app.commands.execute(CommandIDs.addEverest);
    },
    ...outcomeActions(app)
  };
}
