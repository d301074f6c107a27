import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

import type { EverestClient } from './everestclient';
import { AppChoice } from './widgets/appchoice';
import type { IEverestAppRow, IEverestOutput, IEverestPort } from './tokens';

/** An application and the input that takes a file. */
export interface IChosenInput {
  readonly app: string;
  readonly inputs: ReadonlyPartialJSONObject;
}

/** Ask which application, and which of its inputs, shall take an output. */
export async function chooseInput(
  client: Pick<EverestClient, 'everestApps' | 'everestApp'>,
  server: string,
  { uri = '', file = '' }: IEverestOutput,
  trans: TranslationBundle
): Promise<IChosenInput | null> {
  const apps = await client.everestApps(server);
  const title = trans.__('Use %1 as input', file);
  const { button, value: wanted } = await showDialog({
    title,
    body: new AppChoice(
      trans.__(
        'Application, from the list or by its alias. The file stays on the server.'
      ),
      trans.__('owner/name'),
      apps.map(appLabel)
    ),
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Next') })
    ]
  });
  if (!button.accept || !wanted) {
    return null;
  }
  const row = apps.find(app => appLabel(app) === wanted);
  const app = await client.everestApp(server, row ? idOf(row) : wanted);
  const ports = app.inputs.filter(port => port.file);
  const [first] = ports;
  if (!first) {
    throw new Error(trans.__('%1 takes no files.', app.name));
  }
  const port =
    ports.length === 1 ? first : await choosePort(ports, title, trans);
  return (
    port && {
      app: idOf(app),
      inputs: { [port.name]: given(port, { uri, name: file }) }
    }
  );
}

/** An application as it is chosen from a list. */
export function appLabel(app: IEverestAppRow): string {
  return app.alias && app.alias !== app.name
    ? `${app.name} (${app.alias})`
    : app.name || app.id;
}

function idOf({ alias, id }: IEverestAppRow): string {
  return alias || id;
}

/** The value of an input that takes one file or several. */
export function given(
  { type }: Pick<IEverestPort, 'type'>,
  file: { readonly uri: string; readonly name: string }
): ReadonlyPartialJSONValue {
  return type === 'array' ? [{ ...file }] : { ...file };
}

async function choosePort(
  ports: readonly IEverestPort[],
  title: string,
  trans: TranslationBundle
): Promise<IEverestPort | null> {
  const label = ({ name, title: words }: IEverestPort) =>
    words && words !== name ? `${name}: ${words}` : name;
  const { value } = await InputDialog.getItem({
    title,
    label: trans.__('Which input of the application?'),
    items: ports.map(label),
    okLabel: trans.__('Next')
  });
  return ports.find(port => label(port) === value) ?? null;
}
