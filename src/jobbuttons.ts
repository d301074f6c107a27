import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  closeIcon,
  deleteIcon,
  editIcon,
  pauseIcon,
  refreshIcon,
  runIcon
} from '@jupyterlab/ui-components';

import { CommandIDs } from './commandids';
import type { JobDeed } from './jobview';

/** A button that does something with jobs. */
export interface IJobButton {
  readonly deed: JobDeed;
  readonly command: string;
  readonly icon: LabIcon;
  readonly label: string;
  /** What it does with the job of a name. */
  readonly of: (name: string) => string;
  /** Whether each row has it. */
  readonly row: boolean;
}

/** All that can be done with jobs, in the order of the buttons. */
export function jobButtons(trans: TranslationBundle): readonly IJobButton[] {
  return [
    {
      deed: 'hold',
      command: CommandIDs.holdJob,
      icon: pauseIcon,
      label: trans.__('Hold'),
      of: name => trans.__('Hold %1', name),
      row: true
    },
    {
      deed: 'release',
      command: CommandIDs.releaseJob,
      icon: runIcon,
      label: trans.__('Release'),
      of: name => trans.__('Release %1', name),
      row: true
    },
    {
      deed: 'requeue',
      command: CommandIDs.requeueJob,
      icon: refreshIcon,
      label: trans.__('Requeue'),
      of: name => trans.__('Requeue %1', name),
      row: false
    },
    {
      deed: 'change',
      command: CommandIDs.changeJob,
      icon: editIcon,
      label: trans.__('Change…'),
      of: name => trans.__('Change %1', name),
      row: false
    },
    {
      deed: 'cancel',
      command: CommandIDs.cancelJob,
      icon: closeIcon,
      label: trans.__('Cancel'),
      of: name => trans.__('Cancel %1', name),
      row: true
    },
    {
      deed: 'delete',
      command: CommandIDs.deleteJob,
      icon: deleteIcon,
      label: trans.__('Delete'),
      of: name => trans.__('Delete %1', name),
      row: false
    }
  ];
}
