import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../commandids';
import { IJobDesk } from '../jobdesk';
import type { JobDesk } from '../jobdesk';
import { IRemoteJobs } from '../tokens';
import { JobStatus } from '../widgets/jobstatus';

/** How many jobs run and wait, in the status bar; nothing where none was seen. */
export const jobstatus: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:job-status',
  description: 'Shows in the status bar how many jobs run and wait.',
  autoStart: true,
  requires: [IRemoteJobs, IJobDesk, IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    jobs: IRemoteJobs,
    desk: JobDesk,
    bar: IStatusBar,
    translator: ITranslator
  ): void => {
    const activeStateChanged = new Signal<IRemoteJobs, void>(jobs);
    let seen = false;
    jobs.changed.connect(() => {
      if (!seen && jobs.all.length > 0) {
        seen = true;
        activeStateChanged.emit();
      }
    });
    desk.look.add(() => 'numbers');
    const item = new JobStatus({
      jobs,
      trans: translator.load('jupyter_remote'),
      open: () => void app.commands.execute(CommandIDs.showJobs)
    });
    bar.registerStatusItem('jupyterlab-remote:job-status', {
      item,
      align: 'left',
      rank: 61,
      isActive: () => seen,
      activeStateChanged
    });
    void app.restored.then(() => {
      jobs.open();
    });
  }
};
