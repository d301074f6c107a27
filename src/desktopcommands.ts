import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  copyIcon,
  keyboardIcon,
  pasteIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { layoutChoices, qualityChoices } from './choices';
import { copyFrom, pasteTo } from './clipboard';
import { CommandIDs } from './commandids';
import { attempt } from './commands';
import { fullscreenIcon, screenshotIcon } from './icons';
import type { Quality } from './messages';
import { saveScreenshot } from './screenshot';
import { isDesktop } from './tabmodel';
import type { RemoteTabs } from './tabs';
import type { SessionTab } from './widgets/sessiontab';

type Args = ReadonlyPartialJSONObject;

/** What the commands inside a desktop's tab need. */
export interface IDesktopContext {
  readonly app: JupyterFrontEnd;
  readonly tabs: RemoteTabs;
  readonly browser: IDefaultFileBrowser | null;
  readonly trans: TranslationBundle;
}

const TAB = {
  tab: {
    type: 'string',
    description: 'DOM id of the tab; without it the current one'
  }
};

const TAB_ARGS = { args: { type: 'object', properties: TAB } };

const VALUE_ARGS = {
  args: {
    type: 'object',
    required: ['value'],
    properties: {
      ...TAB,
      value: { type: 'string', description: 'One of the choices shown' }
    }
  }
};

/** Add the commands that act in the tab of a session. */
export function addDesktopCommands(context: IDesktopContext): void {
  const { commands } = context.app;
  const add = (id: string, options: CommandRegistry.ICommandOptions) => {
    commands.addCommand(id, options);
  };
  add(CommandIDs.toggleKeyboard, keyboardCommand(context));
  add(CommandIDs.copy, copyCommand(context));
  add(CommandIDs.paste, pasteCommand(context));
  add(CommandIDs.screenshot, screenshotCommand(context));
  add(CommandIDs.fullscreen, fullscreenCommand(context));
  add(CommandIDs.reload, reloadCommand(context));
  add(CommandIDs.setQuality, qualityCommand(context));
  add(CommandIDs.setLayout, layoutCommand(context));
  context.tabs.created.connect((_, tab) => {
    tab.model.stateChanged.connect(() => {
      FOLLOWING.forEach(id => {
        commands.notifyCommandChanged(id);
      });
    });
  });
}

/** Commands whose state follows that of a tab. */
const FOLLOWING = [
  CommandIDs.toggleKeyboard,
  CommandIDs.copy,
  CommandIDs.paste,
  CommandIDs.screenshot,
  CommandIDs.fullscreen,
  CommandIDs.openInBrowser,
  CommandIDs.stopSession,
  CommandIDs.reload
];

/** The tab a command means. */
function tabOf(context: IDesktopContext, args: Args): SessionTab | null {
  const id = typeof args.tab === 'string' ? args.tab : undefined;
  return context.tabs.find(id);
}

/** The tab a command means, if a desktop is open in it. */
function desktopOf(context: IDesktopContext, args: Args): SessionTab | null {
  const tab = tabOf(context, args);
  const usable = tab?.model.phase === 'open' && isDesktop(tab.model.app);
  return usable ? tab : null;
}

function keyboardCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  const captured = (args: Args) =>
    desktopOf(context, args)?.model.captured ?? false;
  return {
    label: args =>
      captured(args) ? trans.__('Release Keyboard') : trans.__('Use Keyboard'),
    caption: args =>
      captured(args)
        ? trans.__('Release keyboard: keys go to Lab again')
        : trans.__('Use keyboard: keys go to the desktop'),
    icon: keyboardIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => desktopOf(context, args) !== null,
    // The label says the state; `aria-pressed` besides would say it wrongly.
    className: args => (captured(args) ? 'jp-RemoteCaptured' : ''),
    execute: args => {
      const tab = desktopOf(context, args);
      if (tab?.model.captured) {
        tab.content.release();
      } else {
        tab?.content.frame.grab();
      }
    }
  };
}

function copyCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  return {
    label: trans.__('Copy from Desktop'),
    caption: trans.__('Copy the text on the desktop’s clipboard to yours'),
    icon: copyIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => desktopOf(context, args) !== null,
    execute: async args => {
      const tab = desktopOf(context, args);
      if (tab) {
        await copyFrom(tab.content, trans);
      }
    }
  };
}

function pasteCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  return {
    label: trans.__('Paste to Desktop'),
    caption: trans.__('Put the text on your clipboard on the desktop’s'),
    icon: pasteIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => desktopOf(context, args) !== null,
    execute: async args => {
      const tab = desktopOf(context, args);
      if (tab) {
        await pasteTo(tab.content, trans);
      }
    }
  };
}

function screenshotCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { app, browser, trans } = context;
  return {
    label: trans.__('Take Screenshot'),
    caption: trans.__('Save a picture of the desktop in the current folder'),
    icon: screenshotIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => desktopOf(context, args) !== null,
    execute: async args => {
      const tab = desktopOf(context, args);
      if (tab) {
        await attempt(trans.__('Cannot take a screenshot'), () =>
          saveScreenshot(app, tab.content.frame, browser, trans)
        );
      }
    }
  };
}

function fullscreenCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  return {
    label: trans.__('Full Screen'),
    caption: trans.__('Show the session on the full screen; Escape leaves it'),
    icon: fullscreenIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => tabOf(context, args)?.model.phase === 'open',
    execute: async args => {
      const tab = tabOf(context, args);
      if (document.fullscreenElement) {
        await document.exitFullscreen();
      } else if (tab) {
        await tab.content.node.requestFullscreen();
        tab.content.frame.grab();
      }
    }
  };
}

function reloadCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  return {
    label: trans.__('Reload Session'),
    caption: trans.__('Load the session’s page again'),
    icon: refreshIcon,
    describedBy: TAB_ARGS,
    isEnabled: args => tabOf(context, args)?.model.session?.state === 'running',
    execute: args => {
      tabOf(context, args)?.model.reload();
    }
  };
}

function qualityCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  const names = new Map(qualityChoices(trans));
  return {
    label: args => names.get(args.value as string) ?? trans.__('Set Quality'),
    caption: trans.__('Set the picture quality of the desktop'),
    describedBy: VALUE_ARGS,
    isToggled: args => tabOf(context, args)?.model.quality === args.value,
    execute: args => {
      const tab = tabOf(context, args);
      const value = args.value as string;
      if (tab && names.has(value)) {
        tab.model.keep({ quality: value as Quality });
        tab.content.configure();
      }
    }
  };
}

function layoutCommand(
  context: IDesktopContext
): CommandRegistry.ICommandOptions {
  const { trans } = context;
  const names = new Map(layoutChoices(trans));
  return {
    label: args =>
      names.get(args.value as string) ?? trans.__('Set Keyboard Layout'),
    caption: trans.__('Set the keyboard layout of the desktop'),
    describedBy: VALUE_ARGS,
    isToggled: args => tabOf(context, args)?.model.layout === args.value,
    execute: args => {
      const tab = tabOf(context, args);
      if (tab && typeof args.value === 'string') {
        tab.model.keep({ layout: args.value });
        tab.content.configure();
      }
    }
  };
}
