import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import type { IKeptTab } from './later';
import type { SubmitMemory } from './submitmemory';
import type { IRemoteJobs } from './tokens';

/** What the form of jobs needs of Lab. */
export interface ISubmitContext {
  readonly app: JupyterFrontEnd;
  readonly jobs: IRemoteJobs;
  readonly services: IEditorServices;
  readonly memory: SubmitMemory;
  readonly tracker: WidgetTracker<IKeptTab>;
  readonly browser: IDefaultFileBrowser | null;
  readonly browsers: IFileBrowserFactory | null;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
}

/** Schema of the arguments. */
export const SUBMIT_ARGS = {
  args: {
    type: 'object',
    properties: {
      backend: { type: 'string', description: 'Where it shall run' },
      path: { type: 'string', description: 'File with the script' },
      script: { type: 'string', description: 'Text of the script' },
      name: { type: 'string', description: 'Name of the job' },
      folder: {
        type: 'string',
        description: 'Working folder, as in the file browser, or absolute'
      },
      options: {
        type: 'object',
        description: 'Values of fields, as in GET backends/<name>/offers'
      },
      context: {
        type: 'boolean',
        description: 'Whether the file under the context menu is meant'
      },
      draft: { type: 'string', description: 'Id of a draft that comes back' }
    }
  }
};

/** Ends of the names of scripts, until backends have said theirs. */
const SUFFIXES = '.sh .bash .py .pl .R .sbatch .slurm .sub .submit'.split(' ');

/** Whether a backend takes the file under the context menu. */
export function takesJobs(context: ISubmitContext): boolean {
  const { jobs } = context;
  const path = selected(context);
  const ends = (suffixes: readonly string[]) =>
    suffixes.some(suffix => path.endsWith(suffix));
  if (!path) {
    return false;
  }
  jobs.open();
  const takers = [...jobs.backends.values()].filter(({ can }) =>
    can.includes('submit')
  );
  return jobs.backends.size === 0
    ? ends(SUFFIXES)
    : takers.some(({ suffixes }) => ends(suffixes ?? SUFFIXES));
}

/** Path of the file that is selected in the file browser, or empty. */
export function selected({ browser, browsers }: ISubmitContext): string {
  const current = browsers?.tracker.currentWidget ?? browser;
  const [item, ...more] = current ? [...current.selectedItems()] : [];
  return item?.type === 'file' && more.length === 0 ? item.path : '';
}
