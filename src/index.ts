import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { commands } from './plugins/commands';
import { desktop } from './plugins/desktop';
import { everest, everestaccounts } from './plugins/everest';
import { everestapps } from './plugins/everestapps';
import { everestsweep } from './plugins/everestsweep';
import { jobdetails } from './plugins/jobdetails';
import { jobnotices } from './plugins/jobnotices';
import { jobdesk, joblist, jobs } from './plugins/jobs';
import { jobstatus } from './plugins/jobstatus';
import { launcher } from './plugins/launcher';
import { log } from './plugins/log';
import { notifications } from './plugins/notifications';
import { panel } from './plugins/panel';
import { route } from './plugins/route';
import { running } from './plugins/running';
import { sessions } from './plugins/sessions';
import { settings } from './plugins/settings';
import { share, shares } from './plugins/share';
import { shareimport } from './plugins/shareimport';
import { sharenotices } from './plugins/sharenotices';
import { status } from './plugins/status';
import { submit } from './plugins/submit';

export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  sessions,
  jobs,
  jobdesk,
  shares,
  everest,
  settings,
  desktop,
  commands,
  launcher,
  running,
  panel,
  log,
  joblist,
  submit,
  jobdetails,
  everestsweep,
  share,
  shareimport,
  sharenotices,
  everestaccounts,
  everestapps,
  jobnotices,
  jobstatus,
  notifications,
  status,
  route
];

export default plugins;
