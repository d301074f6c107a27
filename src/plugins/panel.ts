import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import {
  CommandToolbarButton,
  PanelWithToolbar,
  SidePanel
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { AccordionPanel } from '@lumino/widgets';
import type { Widget } from '@lumino/widgets';

import { CommandIDs } from '../commandids';
import { NO_ARGS } from '../commands';
import { desktopIcon, remoteIcon } from '../icons';
import { IJobDesk } from '../jobdesk';
import type { JobDesk } from '../jobdesk';
import { PanelSizes } from '../panelsizes';
import {
  IRemoteEverest,
  IRemoteJobs,
  IRemoteSessions,
  IRemoteShares
} from '../tokens';
import { EverestSection } from '../widgets/everestsection';
import { JobsSection } from '../widgets/jobssection';
import { SessionList } from '../widgets/sessionlist';
import { SharesSection } from '../widgets/sharessection';

/** Third parties stand between 501 and 899. */
const RANK = 520;

/** The buttons of the section of shares. */
const SHARING = [CommandIDs.openSharedLink, CommandIDs.refreshShares];

/** The buttons of the section of Everest. */
const EVEREST = [CommandIDs.addEverest, CommandIDs.refreshEverest];

/** The side panel "Remote". */
export const panel: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:panel',
  description: 'Adds the side panel with all remote sessions.',
  autoStart: true,
  requires: [IRemoteSessions, ITranslator],
  optional: [
    IRemoteJobs,
    IJobDesk,
    IRemoteShares,
    IRemoteEverest,
    ILayoutRestorer,
    IStateDB
  ],
  activate: (
    app: JupyterFrontEnd,
    sessions: IRemoteSessions,
    translator: ITranslator,
    jobs: IRemoteJobs | null,
    desk: JobDesk | null,
    shares: IRemoteShares | null,
    everest: IRemoteEverest | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null
  ): void => {
    const trans = translator.load('jupyter_remote');
    const { commands } = app;
    const section = new PanelWithToolbar();
    section.addClass('jp-RemoteSection');
    section.title.label = trans.__('Sessions');
    section.title.dataset = { name: 'sessions' };
    fill(section, commands);
    section.addWidget(new SessionList({ sessions, commands, trans }));
    const side = makePanel(section, translator, trans.__('Remote Sessions'));
    if (jobs && desk) {
      const lines = new JobsSection({ jobs, desk, commands, trans });
      const label = trans.__('Jobs');
      side.addWidget(
        extra(lines, 'jobs', label, [CommandIDs.showJobs], commands)
      );
    }
    if (shares) {
      const lists = new SharesSection({ shares, commands, trans });
      const label = trans.__('Shares');
      side.addWidget(extra(lists, 'shares', label, SHARING, commands));
    }
    if (everest) {
      const accounts = new EverestSection({ everest, commands, trans });
      const label = trans.__('Everest');
      side.addWidget(extra(accounts, 'everest', label, EVEREST, commands));
    }
    app.shell.add(side, 'left', { rank: RANK, type: 'Remote' });
    restorer?.add(side, side.id);
    void keepSizes(app, side, state);
    commands.addCommand(CommandIDs.showPanel, {
      label: trans.__('Show Remote Sessions'),
      caption: trans.__('Show the side panel with all remote sessions'),
      icon: remoteIcon,
      describedBy: NO_ARGS,
      execute: () => {
        app.shell.activateById(side.id);
      }
    });
  }
};

/** Sections stay as the user made them; Lab restores its own idea of them before. */
async function keepSizes(
  app: JupyterFrontEnd,
  side: SidePanel,
  state: IStateDB | null
): Promise<void> {
  await app.restored;
  if (side.content instanceof AccordionPanel) {
    const names = side.widgets.map(({ title }) => title.dataset['name'] ?? '');
    const sizes = new PanelSizes(side.content, names, state);
    side.disposed.connect(() => {
      sizes.dispose();
    });
    await sizes.start();
  }
}

function makePanel(
  section: PanelWithToolbar,
  translator: ITranslator,
  title: string
): SidePanel {
  const side = new SidePanel({ translator });
  side.id = 'jupyter-remote-panel';
  side.addClass('jp-RemotePanel');
  side.title.icon = remoteIcon;
  side.title.caption = title;
  side.node.setAttribute('role', 'region');
  side.node.setAttribute('aria-label', title);
  side.addWidget(section);
  return side;
}

/** A section below that of the sessions. */
function extra(
  content: Widget,
  name: string,
  label: string,
  buttons: readonly string[],
  commands: CommandRegistry
): PanelWithToolbar {
  const section = new PanelWithToolbar();
  section.addClass('jp-RemoteSection');
  section.title.label = label;
  section.title.dataset = { name };
  for (const id of buttons) {
    const button = new CommandToolbarButton({ commands, id, label: '' });
    section.toolbar.addItem(id.replace(/.*:/, ''), button);
  }
  // Text that is too long for the section can be scrolled by keys, too.
  content.node.tabIndex = 0;
  content.node.setAttribute('role', 'region');
  content.node.setAttribute('aria-label', label);
  section.addWidget(content);
  return section;
}

/** The buttons in the title of the section. */
function fill(section: PanelWithToolbar, commands: CommandRegistry): void {
  const add = (name: string, button: CommandToolbarButton) =>
    section.toolbar.addItem(name, button);
  const plain = (id: string) =>
    new CommandToolbarButton({ commands, id, label: '' });
  add(
    'display',
    new CommandToolbarButton({
      commands,
      id: CommandIDs.startSession,
      args: { app: 'desktop' },
      icon: desktopIcon,
      label: ''
    })
  );
  add('program', plain(CommandIDs.startProgram));
  add('refresh', plain(CommandIDs.refresh));
  add('stop-all', plain(CommandIDs.stopAll));
  add('forget', plain(CommandIDs.purgeEnded));
}
