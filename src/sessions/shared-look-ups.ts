import { performance } from 'node:perf_hooks';
import { idOf, isEqual } from '../stores/query-keys.js';
import type { LookUp, LookUpQuery } from '../stores/revocation-store.js';

/** How long a query waits for another one to come back, in milliseconds. Then it is sent without it. */
const LONGEST_WAIT = 1;

/** A query, and the promise of its answer. Equal queries of one round trip have one promise. */
export interface Question {
  readonly query: LookUpQuery;
  readonly answer: Promise<LookUp>;
  readonly resolve: (answer: LookUp) => void;
  readonly reject: (error: unknown) => void;
}

/** Queries that go to the store together. */
interface Gathering {
  readonly questions: Question[];
  /** The questions by the id in their query. A gathering of one query needs none. */
  byId: Map<string, Question> | null;
  /** When its first query was asked, by `performance.now()`. */
  readonly askedAt: number;
  timer: NodeJS.Timeout | null;
}

/**
 * Sends queries to the store together: those of one turn of the event loop, and those that are asked while others are under
 * way. A query is never answered by a read that began before it was asked, since a token can be revoked in between.
 */
export class SharedLookUps {
  private gathering: Gathering | null = null;
  private underWay = 0;

  /**
   * @param most How many queries go to the store together.
   * @param send Answers the questions, and never rejects.
   */
  constructor(
    private readonly most: number,
    private readonly send: (questions: readonly Question[], askedAt: number) => Promise<void>,
  ) {}

  ask(query: LookUpQuery): Promise<LookUp> {
    const gathering = (this.gathering ??= this.gather());
    const { questions } = gathering;
    const id = idOf(query);
    const known = find(gathering, id);
    if (known !== undefined && isEqual(known.query, query)) return known.answer;
    const question = newQuestion(query);
    questions.push(question);
    gathering.byId?.set(id, question);
    if (questions.length === this.most) this.flush(gathering);
    return question.answer;
  }

  private gather(): Gathering {
    const gathering: Gathering = { questions: [], byId: null, askedAt: performance.now(), timer: null };
    if (this.underWay === 0) process.nextTick(() => this.flush(gathering));
    else gathering.timer = setTimeout(() => this.flush(gathering), LONGEST_WAIT);
    return gathering;
  }

  private flush(gathering: Gathering): void {
    if (this.gathering !== gathering) return;
    this.gathering = null;
    if (gathering.timer !== null) clearTimeout(gathering.timer);
    this.underWay++;
    void this.send(gathering.questions, gathering.askedAt).then(() => {
      this.underWay--;
      if (this.gathering !== null) this.flush(this.gathering);
    });
  }
}

function newQuestion(query: LookUpQuery): Question {
  let resolve!: (answer: LookUp) => void;
  let reject!: (error: unknown) => void;
  const answer = new Promise<LookUp>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { query, answer, resolve, reject };
}

function find(gathering: Gathering, id: string): Question | undefined {
  const [first] = gathering.questions;
  if (first === undefined) return undefined;
  gathering.byId ??= new Map([[idOf(first.query), first]]);
  return gathering.byId.get(id);
}
