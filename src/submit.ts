import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';

import { CommandIDs } from './commandids';
import { fromKey } from './jobstore';
import type { IKeptTab } from './later';
import type { ISubmitContext } from './submitcontext';
import type { IDraft } from './submitdraft';
import { wordsOf } from './submitdraft';
import { SubmitModel } from './submitmodel';
import type { JobOption } from './tokens';
import type { ISubmitActions } from './widgets/submitform';
import type { IOutcomeActions } from './widgets/submitoutcome';
import { SubmitTab } from './widgets/submittab';

type Args = ReadonlyPartialJSONObject;

/** How long after a change a draft is kept, in ms. */
const SAVE = 500;

/** Show a form that says what the arguments say. */
export async function openForm(
  context: ISubmitContext,
  args: Args
): Promise<SubmitTab | undefined> {
  const { app, tracker, trans } = context;
  const path = text(args.path);
  const given = [args.script, args.options, args.draft].some(Boolean);
  const blank = !given && !path && !args.backend && !args.name;
  let tab = blank ? lastTab(tracker) : undefined;
  if (!tab) {
    try {
      const draft = await draftOf(context, args, path);
      tab = makeTab(context, draft, text(args.draft) || undefined);
    } catch (error) {
      const title = trans.__('Cannot read %1', path);
      await showErrorMessage(title, wordsOf(error));
      return undefined;
    }
  }
  app.shell.activateById(tab.id);
  return tab;
}

function lastTab(tracker: WidgetTracker<IKeptTab>): SubmitTab | undefined {
  const { currentWidget } = tracker;
  const tab = currentWidget ?? tracker.find(one => one instanceof SubmitTab);
  return tab instanceof SubmitTab ? tab : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

async function draftOf(
  context: ISubmitContext,
  args: Args,
  path: string
): Promise<IDraft> {
  const { contents } = context.app.serviceManager;
  const options = args.options as Readonly<Record<string, JobOption>> | null;
  const script = path ? await read(context, path) : args.script;
  const here = context.browser?.model.path ?? '';
  const folder = path ? PathExt.dirname(path) : text(args.cwd) || here;
  const fallback = typeof script === 'string' ? {} : null;
  return {
    backend: text(args.backend),
    name: text(args.name) || nameOf(path, text(script)),
    // Empty is the top of the file browser.
    folder:
      typeof args.folder === 'string'
        ? args.folder
        : contents.localPath(folder),
    script: typeof script === 'string' ? script : null,
    // A script that exists says itself what it wants.
    options: options ?? fallback
  };
}

async function read({ app }: ISubmitContext, path: string): Promise<string> {
  const file = await app.serviceManager.contents.get(path, {
    content: true,
    type: 'file',
    format: 'text'
  });
  return text(file.content);
}

/** A file gives its name to the job, unless something in it does. */
function nameOf(path: string, script: string): string {
  const named = /(?:job-?name|batch_name|^#\w+ .*-[JN]\b)/im.test(script);
  return path && !named ? PathExt.basename(path, PathExt.extname(path)) : '';
}

function makeTab(
  context: ISubmitContext,
  draft: IDraft,
  id?: string
): SubmitTab {
  const { app, jobs, memory, services, tracker, translator, trans } = context;
  const model = new SubmitModel({ jobs, memory, draft, id, trans });
  const actions = actionsOf(context, model);
  const tab = new SubmitTab(model, services, actions, translator);
  app.shell.add(tab, 'main', { type: 'Remote' });
  keepDrafts(tracker, tab, model.stateChanged);
  return tab;
}

/** Let a tab come back with what is written in it. */
export function keepDrafts(
  tracker: WidgetTracker<IKeptTab>,
  tab: IKeptTab,
  changed: ISignal<unknown, void>
): void {
  void tracker.add(tab);
  const save = new Debouncer(() => tracker.save(tab), SAVE);
  changed.connect(() => {
    void save.invoke().catch(() => undefined);
  });
  tab.disposed.connect(() => {
    save.dispose();
  });
}

function actionsOf(
  context: ISubmitContext,
  model: SubmitModel
): ISubmitActions {
  return {
    submit: async () => {
      const { name } = model.draft;
      const key = await model.submit();
      if (key) {
        tellSubmitted(context, key, name);
      }
    },
    browse: context.browser && (folder => browse(context, folder)),
    ...outcomeActions(context.app)
  };
}

/** The ways from a form to what became of it. */
export function outcomeActions({ commands }: JupyterFrontEnd): IOutcomeActions {
  const run = (id: string, args = {}) => void commands.execute(id, args);
  return {
    showJobs: () => {
      run(CommandIDs.showJobs);
    },
    showJob: job => {
      run(CommandIDs.showJob, { job });
    },
    showLog: job => {
      run(CommandIDs.showJobLog, { job });
    }
  };
}

/** Mark it, and say that it was submitted, with the ways to it. */
export function tellSubmitted(
  { app, trans }: Pick<ISubmitContext, 'app' | 'trans'>,
  key: string,
  name: string
): void {
  const { backend, job_id } = fromKey(key);
  mark(app, key);
  const show = (command: string) => () =>
    void app.commands.execute(command, { job: key });
  Notification.success(
    name
      ? trans.__('%1 was submitted to %2 as job %3.', name, backend, job_id)
      : trans.__('Submitted to %1 as job %2.', backend, job_id),
    {
      autoClose: 8_000,
      actions: [
        { label: trans.__('Show Log'), callback: show(CommandIDs.showJobLog) },
        { label: trans.__('Details'), callback: show(CommandIDs.showJob) }
      ]
    }
  );
}

/** The user wants to hear of it; the list may be disabled. */
function mark({ commands }: JupyterFrontEnd, job: string): void {
  if (commands.hasCommand(CommandIDs.markJob)) {
    void commands.execute(CommandIDs.markJob, { job, marked: true });
  }
}

async function browse(
  { browser, translator, trans }: ISubmitContext,
  folder: string
): Promise<string | null> {
  if (!browser) {
    return null;
  }
  const { manager } = browser.model;
  const { button, value } = await FileDialog.getExistingDirectory({
    manager,
    translator,
    title: trans.__('Working Folder'),
    // An absolute path is not in the file browser.
    defaultPath: folder.startsWith('/') ? '' : folder
  });
  const [first] = value ?? [];
  return button.accept && first
    ? manager.services.contents.localPath(first.path)
    : null;
}
