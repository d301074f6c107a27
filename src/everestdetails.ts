import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Clipboard,
  InputDialog,
  Notification,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from './commandids';
import { EverestClient } from './everestclient';
import type { IEverestJob } from './everestjob';
import { everestJob } from './everestjob';
import { EverestJobModel } from './everestjobmodel';
import { keptResults, keptSweeps } from './everestresults';
import { chooseInput } from './everestuse';
import type { DetailsModel } from './jobdetails';
import { wordsOf } from './submitdraft';
import { firstOutput } from './sweepdraft';
import type { IEverestOutput } from './tokens';
import type { IEverestActions } from './widgets/everestpart';
import type { IEverestView } from './widgets/jobdetails';

/** What the view of a job of Everest needs of Lab. */
export interface IEverestContext {
  readonly app: JupyterFrontEnd;
  readonly browser: IDefaultFileBrowser | null;
  readonly state: IStateDB | null;
  readonly trans: TranslationBundle;
}

/** The parts that only jobs of Everest have; null: it is none. */
export function everestView(
  context: IEverestContext,
  details: DetailsModel
): IEverestView | null {
  const job = everestJob(details.key);
  if (!job) {
    return null;
  }
  const { app, browser, state } = context;
  const { serverSettings } = app.serviceManager;
  const client = new EverestClient(serverSettings);
  const memory = keptResults(state);
  const arrived = () => void browser?.model.refresh();
  const model = new EverestJobModel({ client, details, job, memory, arrived });
  const submits = () => app.commands.hasCommand(CommandIDs.everestSubmit);
  const use = (output: IEverestOutput) =>
    void tell(context, () => useAsInput(context, client, job, output));
  const again = () =>
    void tell(context, () => runAgain(context, model, job, details.key));
  const actions = actionsOf(context, model, details.key);
  return {
    model,
    actions: {
      ...actions,
      get use() {
        return submits() ? use : null;
      }
    },
    get again() {
      return submits() ? again : null;
    }
  };
}

function actionsOf(
  context: IEverestContext,
  model: EverestJobModel,
  key: string
): Omit<IEverestActions, 'use'> {
  const { app, browser, trans } = context;
  const here = () =>
    app.serviceManager.contents.localPath(browser?.model.path ?? '');
  const run = (command: string, args: ReadonlyPartialJSONObject) =>
    void tell(context, () => app.commands.execute(command, args));
  return {
    fetch: output => void model.fetch(here(), output),
    unpack: () => void tell(context, () => unpack(context, model, key, here())),
    show: path => {
      run('filebrowser:open-path', {
        path: `/${path}`,
        dontShowBrowser: false
      });
    },
    open: path => {
      run('docmanager:open', { path });
    },
    copy: text => {
      Clipboard.copyToSystem(text);
      Notification.success(trans.__('The table is copied'), {
        autoClose: 2_000
      });
    }
  };
}

/** What goes wrong is shown. */
async function tell(
  { trans }: IEverestContext,
  run: () => Promise<unknown>
): Promise<void> {
  try {
    await run();
  } catch (error) {
    await showErrorMessage(trans.__('That did not work'), wordsOf(error));
  }
}

/** Ask which output is shown in the table. */
async function unpack(
  { state, trans }: IEverestContext,
  model: EverestJobModel,
  key: string,
  folder: string
): Promise<void> {
  const written = await keptSweeps(state).of(key);
  const { value } = await InputDialog.getText({
    title: trans.__('Unpack the results'),
    label: trans.__(
      'A new folder is made in %1, with a folder for each task in it. Which output file of the tasks shall be a column of the table?',
      folder || trans.__('the top of the file browser')
    ),
    text: firstOutput(written),
    okLabel: trans.__('Unpack')
  });
  if (value?.trim()) {
    await model.unpack(folder, value.trim());
  }
}

/** In the form in which it was written, if that is known; else in that of its application. */
async function runAgain(
  { app, state }: IEverestContext,
  model: EverestJobModel,
  { server }: IEverestJob,
  key: string
): Promise<void> {
  const written = await keptSweeps(state).of(key);
  if (written) {
    const draft = { ...written } as unknown as ReadonlyPartialJSONObject;
    await app.commands.execute(CommandIDs.everestSweep, { draft });
    return;
  }
  const { again, name } = model;
  if (again) {
    const inputs = again.inputs as ReadonlyPartialJSONObject;
    const { app: wanted, resources, hidden = [] } = again;
    const args = { server, app: wanted, inputs, resources, hidden, name };
    await app.commands.execute(CommandIDs.everestSubmit, args);
  }
}

async function useAsInput(
  { app, trans }: IEverestContext,
  client: EverestClient,
  { server }: IEverestJob,
  output: IEverestOutput
): Promise<void> {
  const chosen = await chooseInput(client, server, output, trans);
  if (chosen) {
    await app.commands.execute(CommandIDs.everestSubmit, { server, ...chosen });
  }
}
