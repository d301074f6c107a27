import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  closeIcon,
  pauseIcon,
  refreshIcon,
  runIcon
} from '@jupyterlab/ui-components';

import type { JobAction } from './tokens';

/** A button that does something with jobs. */
export interface IJobButton {
  readonly action: JobAction;
  readonly icon: LabIcon;
  readonly label: string;
  /** What it does with the job of a name. */
  readonly of: (name: string) => string;
}

/** All that can be done with jobs, in the order of the buttons. */
export function jobButtons(trans: TranslationBundle): readonly IJobButton[] {
  return [
    {
      action: 'hold',
      icon: pauseIcon,
      label: trans.__('Hold'),
      of: name => trans.__('Hold %1', name)
    },
    {
      action: 'release',
      icon: runIcon,
      label: trans.__('Release'),
      of: name => trans.__('Release %1', name)
    },
    {
      action: 'requeue',
      icon: refreshIcon,
      label: trans.__('Requeue'),
      of: name => trans.__('Requeue %1', name)
    },
    {
      action: 'cancel',
      icon: closeIcon,
      label: trans.__('Cancel'),
      of: name => trans.__('Cancel %1', name)
    }
  ];
}
