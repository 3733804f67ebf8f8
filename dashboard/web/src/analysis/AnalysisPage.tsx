import './analysis.css'
import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Answer, ApiError, api, type Run, says, type Value } from '../api'
import { now } from '../clock'
import { subscribe } from '../feed'
import { ago, count, counted, dateTime, seconds } from '../format'
import { Icon } from '../icons'
import { session, withActor } from '../session'
import { Chart } from './Chart'
import { readable } from './option'
import { Sketch } from './Sketch'
import { limits, meaningOf, nameOf } from './words'

const answers = signal<Answer[] | null>(null)
const problem = signal<string | null>(null)

function follow(): () => void {
  let current = new AbortController()
  async function load() {
    current.abort()
    current = new AbortController()
    const { signal } = current
    try {
      answers.value = (await api.answers(signal)).answers
      problem.value = null
    } catch (error) {
      if (!signal.aborted) problem.value = says(error)
    }
  }
  void load()
  const end = subscribe({ onAnswer: load, onHello: load })
  return () => {
    end()
    current.abort()
  }
}

export function AnalysisPage({ question }: { question: string | null }) {
  useEffect(follow, [])
  const all = answers.value
  const one = all?.find(answer => answer.question === question)
  return (
    <div class={question ? 'analysis with-answer' : 'analysis'}>
      <nav class="questions" aria-label="Questions">
        <header class="page-head">
          {question ? (
            <h2>
              <a href="/analysis">Analysis</a>
            </h2>
          ) : (
            <h1>Analysis</h1>
          )}
          <p class="summary">
            {problem.value ? <span class="problem">{problem.value}</span> : all ? counted(all.length, 'question') : 'Loading…'}
          </p>
        </header>
        {all?.length === 0 && (
          <p class="empty">
            No answer has come yet. <code>spark-jobs ask all --publish</code> asks the archive.
          </p>
        )}
        <ul>
          {all?.map(answer => (
            <li key={answer.question}>
              <a href={`/analysis/${encodeURIComponent(answer.question)}`} aria-current={answer === one ? 'page' : undefined}>
                <span class="question-asks">{answer.asks}</span>
                {!question && <Sketch answer={answer} />}
                <span class="question-sentence">{answer.sentence}</span>
                <Marks answer={answer} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {one ? <AnswerPage key={one.question} answer={one} /> : question && all && <Unknown question={question} />}
    </div>
  )
}

const Unknown = ({ question }: { question: string }) => (
  <section class="empty">
    <h1>There is no answer to “{question}” yet</h1>
    <a href="/analysis">All questions</a>
  </section>
)

/** What one must know of an answer before one opens it. */
function Marks({ answer }: { answer: Answer }) {
  const limited = limits(answer)
  if (answer.verified === null && limited === null) return null
  return (
    <span class="question-marks">
      <Verified answer={answer} />
      {limited && <span class="tag">about {limited} only</span>}
    </span>
  )
}

function Verified({ answer, long }: { answer: Answer; long?: boolean }) {
  if (answer.verified === null) return long ? <span class="tag">not compared with the truth</span> : null
  return answer.verified ? (
    <span class="tag good">
      <Icon name="check" small />
      verified
    </span>
  ) : (
    <span class="tag bad">
      <Icon name="warning" small />
      {long ? 'differs from the truth' : 'differs'}
    </span>
  )
}

function AnswerPage({ answer }: { answer: Answer }) {
  const read = answer.tables.reduce((sum, one) => sum + one.rows, 0)
  const limited = limits(answer)
  useEffect(() => {
    document.title = `${answer.asks} · PeaceState`
  }, [answer.asks])
  return (
    <article class="answer" aria-labelledby="answer-title">
      <a class="back" href="/analysis">
        <Icon name="back" small />
        All questions
      </a>
      <p class="asks">{answer.asks}</p>
      <h1 id="answer-title">{answer.sentence}</h1>
      <div class="answer-meta">
        {limited && <strong class="limited">about {limited} only</strong>}
        <Verified answer={answer} long />
        <span title={`${dateTime(answer.asked_at)} UTC`}>asked {ago(now.value - Date.parse(answer.asked_at))}</span>
        <span>took {seconds(answer.took_s)}</span>
        <RunAgain answer={answer} />
      </div>
      <Chart answer={answer} />
      <Table answer={answer} />
      <dl class="facts sources">
        <div>
          <dt>Data</dt>
          <dd>
            {answer.data_from && answer.data_to
              ? `${dateTime(answer.data_from)} to ${dateTime(answer.data_to)} UTC`
              : 'none: the tables are empty'}
          </dd>
        </div>
        {limited && (
          <div>
            <dt>Asked about</dt>
            <dd>only {limited}</dd>
          </div>
        )}
        <div>
          <dt>Asked at</dt>
          <dd>{dateTime(answer.asked_at)} UTC</dd>
        </div>
        <div>
          <dt>Rows read</dt>
          <dd>{count(read)}</dd>
        </div>
        {answer.tables.map(({ table, rows, snapshot }) => (
          <div key={table}>
            <dt>{table}</dt>
            <dd>
              {count(rows)} rows, {snapshot ? <code>snapshot {snapshot}</code> : 'nothing committed'}
            </dd>
          </div>
        ))}
      </dl>
    </article>
  )
}

function RunAgain({ answer }: { answer: Answer }) {
  const run = useSignal<Run | null>(null)
  const startedAt = useSignal(0)
  const failed = useSignal<string | null>(null)
  const id = run.value?.run
  const running = run.value?.state === 'running'

  useEffect(() => {
    if (!id || !running) return
    const { signal, abort } = abortable()
    const timer = setInterval(async () => {
      try {
        run.value = await api.run(id, signal)
        failed.value = null
        if (run.value.state === 'failed') failed.value = run.value.message || 'It failed.'
      } catch (error) {
        if (!signal.aborted) failed.value = says(error)
        if (error instanceof ApiError && error.status === 404) run.value = null
      }
    }, 1000)
    return () => {
      clearInterval(timer)
      abort()
    }
  }, [id, running])

  if (!session.value) return null
  if (session.value.readonly) return null
  if (!session.value.run_again) return <span class="note">{session.value.run_again_says}</span>

  async function again() {
    failed.value = null
    try {
      const answered = await withActor(who => api.ask(answer.question, who.token))
      if (!answered) return
      startedAt.value = Date.now()
      run.value = await api.run(answered.run)
    } catch (error) {
      failed.value = says(error)
    }
  }

  return (
    <>
      <button type="button" class="button" disabled={running} onClick={again}>
        <Icon name="again" small />
        {running ? 'Asking' : 'Run again'}
      </button>
      <span class="run-state" role="status">
        {running && run.value && (
          <>
            <progress aria-label="Asking Spark" />{' '}
            {seconds(Math.max(run.value.seconds, Math.floor((now.value - startedAt.value) / 1000)))}
            {run.value.message && <small> {run.value.message}</small>}
          </>
        )}
        {run.value?.state === 'done' && 'Done: what you see is the new answer.'}
        {failed.value && <span class="problem">{failed.value}</span>}
      </span>
    </>
  )
}

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

const firstRows = 30

function Table({ answer }: { answer: Answer }) {
  const all = useSignal(false)
  const rows = all.value ? answer.rows : answer.rows.slice(0, firstRows)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard */}
      <section class="table-scroll" tabIndex={0} aria-label="The numbers">
        <table>
          <thead>
            <tr>
              {answer.columns.map(({ name, kind }) => (
                <th key={name} scope="col" class={kind === 'text' ? '' : 'numeric'} title={meaningOf(answer, name)}>
                  {nameOf(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={`${i} ${row[0]}`}>{row.map((value, column) => cell(answer, value, column))}</tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length < answer.rows.length && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            all.value = true
          }}
        >
          All {count(answer.rows.length)} rows
        </button>
      )}
      <details class="meanings">
        <summary>What the columns mean</summary>
        <dl>
          {answer.columns.map(({ name }) => (
            <div key={name}>
              <dt>{nameOf(name)}</dt>
              <dd>{meaningOf(answer, name)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  )
}

function cell(answer: Answer, value: Value, column: number) {
  const { name, kind } = answer.columns[column]!
  const text = readable(value, kind)
  return kind === 'text' ? (
    <td key={name}>{text}</td>
  ) : (
    <td key={name} class="numeric">
      <data value={String(value)}>{text}</data>
    </td>
  )
}
