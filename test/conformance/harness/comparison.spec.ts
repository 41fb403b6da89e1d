import { compareScenario, type StepResult } from './comparison.js';
import type { PortVerdict, RecordedStep, Recording, Scenario, Step } from './scenario.js';

const deviate: PortVerdict = { verdict: 'deviate', why: 'a test' };

const sent = (step: Partial<Step> = {}): Step => ({ request: { method: 'GET', path: '/' }, ...step });

const answer = (step: Partial<RecordedStep> = {}): RecordedStep => ({
  step: 1,
  request: 'GET /',
  status: 200,
  contentType: 'application/json',
  json: { user: 'alice' },
  ...step,
});

const recorded = (...steps: RecordedStep[]): Recording => ({ name: 'a scenario', steps });

function compare(steps: Step[], golden: RecordedStep[], ours: RecordedStep[] | 'refused'): StepResult[] {
  const scenario: Scenario = { name: 'a scenario', steps };
  const recording = ours === 'refused' ? { name: 'a scenario', steps: [], refused: 'no' } : recorded(...ours);
  return compareScenario(scenario, recorded(...golden), recording);
}

const classOf = (golden: RecordedStep, ours: RecordedStep, step: Step = sent()) =>
  compare([step], [golden], [ours]).map((result) => result.class)[0];

describe('the comparison of an answer', () => {
  it.each<[string, Partial<RecordedStep>]>([
    ['status', { status: 201 }],
    ['media type', { contentType: 'application/problem+json' }],
    ['a value', { json: { user: 'bob' } }],
    ['null for a missing member', { json: { user: 'alice', more: null } }],
    ['a missing member', { json: {} }],
    ['a longer list', { json: [1] }],
    ['a cookie', { setCookies: [{ name: 'a', value: '', attributes: {} }] }],
    ['the callbacks that ran', { trace: ['user_lookup'] }],
  ])('finds a different %s', (_what, change) => {
    expect(classOf(answer(), answer(change))).toBe('DIFFERENT');
  });

  it('ignores the order of claims, and whether a time is an integer or a float', () => {
    const golden = answer({ json: { claimOrder: ['a', 'b'], iat: { $time: 'integer' } } });
    expect(classOf(golden, answer({ json: { claimOrder: ['b', 'a'], iat: { $time: 'float' } } }))).toBe('same');
  });

  it('accepts any 500 for a 500, but no other status', () => {
    const golden = answer({ status: 500, contentType: 'text/html', json: undefined, text: '$html' });
    expect(classOf(golden, answer({ status: 500 }))).toBe('same');
    expect(classOf(golden, answer({ status: 400 }))).toBe('DIFFERENT');
  });

  it('accepts any error for an error of Python itself', () => {
    const golden = answer({ json: { error: { class: 'TypeError', message: 'x', origin: 'python', bases: [] } } });
    expect(classOf(golden, answer({ json: { error: { class: 'Error', message: 'y' } } }))).toBe('same');
    expect(classOf(golden, answer({ json: { value: 1 } }))).toBe('DIFFERENT');
  });

  it('accepts another wording only for texts of PyJWT', () => {
    const raised = { class: 'DecodeError', message: 'Not enough segments', origin: 'pyjwt', bases: [] };
    const golden = answer({ status: 422, json: { msg: 'Not enough segments' }, raised });
    expect(classOf(golden, answer({ status: 422, json: { msg: 'Malformed' } }))).toBe('wording');
    expect(classOf(golden, answer({ status: 401, json: { msg: 'Malformed' } }))).toBe('DIFFERENT');
    expect(classOf(golden, answer({ status: 422, json: {} }))).toBe('DIFFERENT');
    const own = { ...golden, raised: { ...raised, origin: 'library' } };
    expect(classOf(own, answer({ status: 422, json: { msg: 'Malformed' } }))).toBe('DIFFERENT');
  });
});

describe('the verdicts of a scenario', () => {
  it('allow a difference, and count the steps that do not follow the advice', () => {
    expect(classOf(answer(), answer({ status: 422 }), sent({ port: deviate }))).toBe('declared');
    expect(compare([sent({ port: deviate })], [answer()], [answer()])).toMatchObject([
      { class: 'same', equalDespiteAdvice: true },
    ]);
  });

  it('allow differences in later steps after an allowed failure of a captured value', () => {
    const steps = [sent({ port: deviate, capture: { t: 'token' } }), sent()];
    const classes = compare(steps, [answer(), answer()], [answer({ status: 500 }), answer({ status: 422 })]);
    expect(classes.map((result) => result.class)).toEqual(['declared', 'declared']);
  });

  it('allow a refused configuration only if a step has the verdict deviate', () => {
    expect(compare([sent()], [answer()], 'refused')).toMatchObject([{ class: 'DIFFERENT', ours: 'refused' }]);
    const advised = compare([sent(), sent({ port: deviate })], [answer(), answer()], 'refused');
    expect(advised.map((result) => result.class)).toEqual(['declared', 'declared']);
  });
});
