import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { fullSentence } from '../format';
import type { IProgram, IRemoteSessions } from '../tokens';

/** The place of the button that starts. */
const START = 1;

/** What the user wants to run. */
export interface IChosenProgram {
  readonly command: string;
  readonly name?: string;
}

/** Ask for a program: one of the machine's, or any command line. */
export async function askProgram(
  sessions: IRemoteSessions,
  trans: TranslationBundle
): Promise<IChosenProgram | null> {
  const body = new ProgramPicker(await listed(sessions), trans);
  const result = await new ProgramDialog(body, trans).launch();
  return result.button.accept ? result.value : null;
}

/** What can be chosen, or the server's words why nothing can. */
interface IListed {
  readonly programs: readonly IProgram[];
  readonly problem: string;
}

async function listed(sessions: IRemoteSessions): Promise<IListed> {
  try {
    return { programs: await sessions.programs(), problem: '' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { programs: [], problem };
  }
}

/** Starts only what was written or chosen. */
class ProgramDialog extends Dialog<IChosenProgram> {
  constructor(
    private readonly _picker: ProgramPicker,
    trans: TranslationBundle
  ) {
    super({
      title: trans.__('Start a Program'),
      body: _picker,
      focusNodeSelector: 'input',
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({ label: trans.__('Start') })
      ]
    });
    _picker.changed.connect(this._sync, this);
  }

  override resolve(index: number = START): void {
    if (index !== START || this._picker.getValue().command !== '') {
      super.resolve(index);
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._sync();
  }

  private readonly _sync = (): void => {
    const button = this.node.querySelector('.jp-Dialog-footer .jp-mod-accept');
    if (button instanceof HTMLButtonElement) {
      button.disabled = this._picker.getValue().command === '';
    }
  };
}

/** A line for the command, and below it the programs that match it. */
class ProgramPicker extends ReactWidget {
  constructor(
    private readonly _listed: IListed,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-RemotePrograms');
  }

  /** Emitted when something else was written or chosen. */
  readonly changed = new Signal<this, void>(this);

  getValue(): IChosenProgram {
    return this._chosen;
  }

  protected override render(): React.JSX.Element {
    return (
      <Picker
        listed={this._listed}
        trans={this._trans}
        onChange={chosen => {
          this._chosen = chosen;
          this.changed.emit();
        }}
      />
    );
  }

  private _chosen: IChosenProgram = { command: '' };
}

interface IPickerProps {
  readonly listed: IListed;
  readonly trans: TranslationBundle;
  readonly onChange: (chosen: IChosenProgram) => void;
}

function Picker(props: IPickerProps): React.JSX.Element {
  const { listed, trans, onChange } = props;
  const { programs } = listed;
  const [text, setText] = React.useState('');
  const [picked, setPicked] = React.useState('');
  const choose = (line: string, program?: IProgram) => {
    setText(line);
    setPicked(program?.name ?? '');
    onChange({ command: line.trim(), name: program?.title });
  };
  const shown = picked ? programs : matching(programs, text);
  return (
    <>
      <label className="jp-RemotePrograms-label">
        {trans.__('Command, or part of a program’s name')}
        <input
          className="jp-mod-styled"
          value={text}
          spellCheck={false}
          placeholder={trans.__('for example xterm')}
          onChange={event => {
            choose(event.target.value);
          }}
        />
      </label>
      {listed.problem ? (
        <p role="alert">
          {trans.__('The installed programs cannot be listed.')}{' '}
          {fullSentence(listed.problem)}
        </p>
      ) : (
        <Programs shown={shown} picked={picked} trans={trans} choose={choose} />
      )}
    </>
  );
}

function Programs(props: {
  readonly shown: readonly IProgram[];
  readonly picked: string;
  readonly trans: TranslationBundle;
  readonly choose: (line: string, program: IProgram) => void;
}): React.JSX.Element {
  const { shown, picked, trans, choose } = props;
  return (
    <div
      className="jp-RemotePrograms-list"
      role="group"
      aria-label={trans.__('Installed programs')}
    >
      {shown.map(program => (
        <ProgramItem
          key={program.name}
          program={program}
          picked={program.name === picked}
          onPick={() => {
            choose(commandLine(program), program);
          }}
        />
      ))}
      {shown.length === 0 && <p>{trans.__('No installed program matches.')}</p>}
    </div>
  );
}

function ProgramItem(props: {
  readonly program: IProgram;
  readonly picked: boolean;
  readonly onPick: () => void;
}): React.JSX.Element {
  const { program, picked, onPick } = props;
  return (
    <button
      type="button"
      aria-pressed={picked}
      title={commandLine(program)}
      onClick={onPick}
    >
      <span>{program.title}</span>
      <small>{program.comment}</small>
    </button>
  );
}

/** Programs that contain the text in their title, comment or command. */
function matching(programs: readonly IProgram[], text: string): IProgram[] {
  const wanted = text.trim().toLowerCase();
  return programs.filter(program =>
    [program.title, program.comment, commandLine(program)]
      .join('\n')
      .toLowerCase()
      .includes(wanted)
  );
}

/** A command as one line; words that need it are quoted as in a shell. */
export function commandLine(program: IProgram): string {
  const { command } = program;
  if (typeof command === 'string') {
    return command;
  }
  return command
    .map(word =>
      /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`
    )
    .join(' ');
}
