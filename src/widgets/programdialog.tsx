import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IProgram, IRemoteSessions } from '../tokens';

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
  const programs = await sessions.programs().catch((): IProgram[] => []);
  const body = new ProgramPicker(programs, trans);
  const result = await showDialog<IChosenProgram>({
    title: trans.__('Start a Program'),
    body,
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Start') })
    ]
  });
  const chosen = result.button.accept ? result.value : null;
  return chosen?.command ? chosen : null;
}

/** A line for the command, and below it the programs that match it. */
class ProgramPicker extends ReactWidget {
  constructor(
    private readonly _programs: readonly IProgram[],
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-RemotePrograms');
  }

  getValue(): IChosenProgram {
    return this._chosen;
  }

  protected override render(): React.JSX.Element {
    return (
      <Picker
        programs={this._programs}
        trans={this._trans}
        onChange={chosen => {
          this._chosen = chosen;
        }}
      />
    );
  }

  private _chosen: IChosenProgram = { command: '' };
}

interface IPickerProps {
  readonly programs: readonly IProgram[];
  readonly trans: TranslationBundle;
  readonly onChange: (chosen: IChosenProgram) => void;
}

function Picker(props: IPickerProps): React.JSX.Element {
  const { programs, trans, onChange } = props;
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
      <Programs shown={shown} picked={picked} trans={trans} choose={choose} />
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
