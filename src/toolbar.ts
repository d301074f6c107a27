import type { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { setToolbar } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandToolbarButton, Toolbar } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from './commandids';
import { layoutChoices, qualityChoices } from './choices';
import { isDesktop } from './tabmodel';
import { Choice } from './widgets/choice';
import type { SessionTab } from './widgets/sessiontab';

/** Name of the toolbar of desktops in the settings. */
export const FACTORY = 'RemoteDesktop';

/** Buttons of desktops: name in the settings and command. */
const BUTTONS: readonly [string, string][] = [
  ['keyboard', CommandIDs.toggleKeyboard],
  ['copy', CommandIDs.copy],
  ['paste', CommandIDs.paste],
  ['screenshot', CommandIDs.screenshot],
  ['fullscreen', CommandIDs.fullscreen],
  ['browser', CommandIDs.openInBrowser],
  ['stop', CommandIDs.stopSession]
];

/** Make the parts of a desktop's toolbar known to Lab. */
export function addToolbarFactories(
  registry: IToolbarWidgetRegistry,
  commands: CommandRegistry,
  trans: TranslationBundle
): void {
  BUTTONS.forEach(([name, id]) => {
    registry.addFactory<SessionTab>(FACTORY, name, tab =>
      button(tab, commands, id)
    );
  });
  registry.addFactory<SessionTab>(FACTORY, 'quality', ({ id, model }) => {
    return new Choice(model, {
      label: trans.__('Picture quality'),
      choices: qualityChoices(trans),
      value: () => model.quality,
      choose: value =>
        void commands.execute(CommandIDs.setQuality, { value, tab: id })
    });
  });
  registry.addFactory<SessionTab>(FACTORY, 'layout', ({ id, model }) => {
    return new Choice(model, {
      label: trans.__('Keyboard layout'),
      choices: layoutChoices(trans),
      value: () => model.layout,
      choose: value =>
        void commands.execute(CommandIDs.setLayout, { value, tab: id })
    });
  });
}

/** Fill the toolbar of a new tab: desktops have what the settings say. */
export function fillToolbar(
  tab: SessionTab,
  factory: Parameters<typeof setToolbar>[1],
  commands: CommandRegistry
): void {
  if (isDesktop(tab.model.app)) {
    setToolbar(tab, factory);
    return;
  }
  const add = (name: string, id: string) =>
    tab.toolbar.addItem(name, button(tab, commands, id));
  add('reload', CommandIDs.reload);
  add('fullscreen', CommandIDs.fullscreen);
  tab.toolbar.addItem('spacer', Toolbar.createSpacerItem());
  add('browser', CommandIDs.openInBrowser);
  add('stop', CommandIDs.stopSession);
}

/**
 * A button for a command on this very tab. It does not take the focus: the
 * command shall find the keyboard where the user has it.
 */
function button(
  tab: SessionTab,
  commands: CommandRegistry,
  id: string
): CommandToolbarButton {
  return new CommandToolbarButton({
    commands,
    id,
    args: { tab: tab.id },
    label: '',
    noFocusOnClick: true
  });
}
