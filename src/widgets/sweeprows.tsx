import { addIcon, closeIcon, HTMLSelect } from '@jupyterlab/ui-components';
import * as React from 'react';

import { grouped } from '../jobview';
import type { ISweepRow } from '../sweepdraft';
import { isBlank, valuesIn } from '../sweepdraft';
import type { SweepField } from '../sweepproblems';
import { unusedParameters } from '../sweepproblems';
import type { ISweepProps } from './sweepform';

/** The parameters: a name and values in each row. */
export function SweepRows(props: ISweepProps): React.JSX.Element {
  const { model, trans } = props;
  const { rows } = model.draft;
  const box = React.useRef<HTMLFieldSetElement>(null);
  const { row, times } = model.wanted;
  React.useEffect(() => {
    if (times > 0) {
      box.current
        ?.querySelector<HTMLElement>(`[data-row="${row}"] input`)
        ?.focus();
    }
  }, [row, times]);
  const problem = model.wordsFor('parameters');
  const button = (
    <button
      type="button"
      className="jp-mod-styled"
      onClick={() => {
        model.addRow();
      }}
    >
      <addIcon.react tag="span" width="16px" aria-hidden="true" />
      {trans.__('Add Parameter')}
    </button>
  );
  return (
    <fieldset ref={box} className="jp-RemoteSweep-rows">
      <legend>{trans.__('Parameters')}</legend>
      {rows.map((each, index) => (
        <Row key={index} {...props} row={each} index={index} />
      ))}
      {problem && (
        <div className="jp-RemoteSubmit-words">
          <p data-words="problem">{problem}</p>
        </div>
      )}
      <div className="jp-RemoteSweep-add">
        {button}
        <span>{trans.__('or press Enter in a row')}</span>
      </div>
    </fieldset>
  );
}

type RowProps = ISweepProps & {
  readonly row: ISweepRow;
  readonly index: number;
};

function Row(props: RowProps): React.JSX.Element {
  const { model, row, index, trans } = props;
  const number = index + 1;
  const name = row.name.trim() || String(number);
  return (
    <div
      className="jp-RemoteSweep-row"
      role="group"
      aria-label={trans.__('Parameter %1', name)}
      data-row={index}
      onKeyDown={event => {
        const { key, ctrlKey, metaKey, repeat, target } = event;
        const input = (target as HTMLElement).tagName === 'INPUT';
        if (key === 'Enter' && input && !ctrlKey && !metaKey && !repeat) {
          event.preventDefault();
          model.addRow(index);
        }
      }}
    >
      <Cell
        {...props}
        field="name"
        problem={`name-${index}`}
        label={trans.__('Name of parameter %1', number)}
        placeholder={trans.__('name')}
      />
      <HTMLSelect
        aria-label={trans.__('Kind of values of %1', name)}
        value={row.kind}
        onChange={event => {
          const kind = event.target.value === 'range' ? 'range' : 'list';
          model.setRow(index, { kind });
        }}
      >
        <option value="list">{trans.__('values')}</option>
        <option value="range">{trans.__('range')}</option>
      </HTMLSelect>
      <Values {...props} name={name} />
      <Count {...props} />
      <button
        type="button"
        className="jp-RemoteRow-action"
        title={trans.__('Remove parameter %1', name)}
        aria-label={trans.__('Remove parameter %1', name)}
        onClick={() => {
          model.removeRow(index);
        }}
      >
        <closeIcon.react tag="span" width="16px" aria-hidden="true" />
      </button>
      <Words {...props} />
    </div>
  );
}

function Values(
  props: RowProps & { readonly name: string }
): React.JSX.Element {
  const { row, index, name, trans } = props;
  const problem: SweepField = `values-${index}`;
  if (row.kind === 'list') {
    return (
      <Cell
        {...props}
        field="values"
        problem={problem}
        label={trans.__('Values of %1', name)}
        placeholder={trans.__('such as 1 2 5 fast')}
      />
    );
  }
  return (
    <span className="jp-RemoteSweep-range">
      <Cell
        {...props}
        field="from"
        problem={problem}
        label={trans.__('First value of %1', name)}
        placeholder={trans.__('from')}
      />
      <Cell
        {...props}
        field="to"
        problem={problem}
        label={trans.__('Last value of %1', name)}
        placeholder={trans.__('to')}
      />
      <Cell
        {...props}
        field="step"
        problem={problem}
        label={trans.__('Step of %1', name)}
        placeholder={trans.__('step 1')}
      />
    </span>
  );
}

function Cell(
  props: RowProps & {
    readonly field: Exclude<keyof ISweepRow, 'kind'>;
    readonly problem: SweepField;
    readonly label: string;
    readonly placeholder: string;
  }
): React.JSX.Element {
  const { model, row, index, field, problem, label, placeholder } = props;
  return (
    <input
      className="jp-mod-styled"
      aria-label={label}
      aria-invalid={model.wordsFor(problem) !== ''}
      aria-describedby={`${model.id}-words-${index}`}
      data-cell={field}
      value={row[field]}
      placeholder={placeholder}
      autoComplete="off"
      spellCheck={false}
      onChange={event => {
        model.setRow(index, { [field]: event.target.value });
      }}
    />
  );
}

function Count({ row, trans }: RowProps): React.JSX.Element {
  const count = valuesIn(row);
  const words =
    isBlank(row) || Number.isNaN(count)
      ? ''
      : trans._n('%2 value', '%2 values', count, grouped(count));
  return <span className="jp-RemoteSweep-count">{words}</span>;
}

/** What is wrong with the row, or worth a thought. */
function Words({ model, row, index, trans }: RowProps): React.JSX.Element {
  const problems = [
    model.wordsFor(`name-${index}`),
    model.wordsFor(`values-${index}`)
  ].filter(Boolean);
  const unused = unusedParameters(model.draft).includes(row.name.trim());
  return (
    <div id={`${model.id}-words-${index}`} className="jp-RemoteSubmit-words">
      {problems.map(words => (
        <p key={words} data-words="problem">
          {words}
        </p>
      ))}
      {problems.length === 0 && unused && (
        <p data-words="doubt">
          {trans.__(
            'Nothing uses it: write ${%1} into the command.',
            row.name.trim()
          )}
        </p>
      )}
    </div>
  );
}
