import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BangbanWidget, TAG } from '../element';
import { form } from '../payload';
import { type World, update } from './fakes';
import { mount, unmount, within } from './mounted';

if (!customElements.get(TAG)) customElements.define(TAG, BangbanWidget);

const ELIGIBILITY = {
  form: 'eligibility',
  step: 1,
  known: '按您说的算：嘉定区、汽车产业。',
  question: '再问一句：企业有多大？',
  entries: [
    { id: 'a-1', point: '质押', score: 0.8, title: '专利质押', district: '嘉定区', why: '您要办贷款；就是嘉定区的措施' },
    { id: 'a-2', point: null, score: 0.6, title: '招工服务', why: '您要办招工用工' },
  ],
  may_fit: [{ id: 'a-3', score: 0.4, title: '中小企业贷款', district: '青浦区', missing: ['企业有多大'] }],
  buttons: [{ id: 'b1', label: '小型企业' }],
};
const CHECKLIST = { form: 'checklist', checklist: 'open_shop', step: 2, of: 8, title: '开店一件事', entries: [{ id: 'a-1', title: '招牌' }] };

describe('form of an update', () => {
  it('has what fits with why, what may fit with what it depends on', () => {
    expect(form(update(1, { kind: 'form', payload: ELIGIBILITY }))).toEqual({
      known: '按您说的算：嘉定区、汽车产业。',
      fits: [
        { title: '专利质押', detail: '嘉定区 · 您要办贷款；就是嘉定区的措施' },
        { title: '招工服务', detail: '您要办招工用工' },
      ],
      mayFit: [{ title: '中小企业贷款', detail: '青浦区 · 企业有多大' }],
      question: '再问一句：企业有多大？',
      step: null,
      of: null,
    });
  });

  it('has the step of a checklist and no fits', () => {
    const read = form(update(1, { kind: 'form', payload: CHECKLIST }));
    expect(read).toMatchObject({ fits: [], mayFit: [], step: 2, of: 8 });
  });

  it('leaves out what is of another shape', () => {
    const payload = { form: 'eligibility', entries: [null, { why: 'x' }, 'y'], may_fit: 'z', step: 'left' };
    expect(form(update(1, { kind: 'form', payload }))).toMatchObject({ fits: [], mayFit: [], step: null });
    expect(form(update(1, { kind: 'form', payload: { ...CHECKLIST, step: -1 } }))?.step).toBeNull();
    expect(form(update(1, { kind: 'answer', payload: ELIGIBILITY }))).toBeNull();
  });
});

describe('form in the panel', () => {
  let world: World;
  let element: BangbanWidget;
  const { all } = within(() => element);

  beforeEach(() => {
    ({ world, element } = mount());
    world.session.setOpen(true);
  });
  afterEach(() => unmount(element));

  async function show(payload: Record<string, unknown>, text: string): Promise<HTMLElement> {
    const link = await world.begin('问');
    link.give({ type: 'update', update: update(1, { kind: 'form', text, payload }) });
    const shown = all('message').find((message) => message.dataset.kind === 'form');
    if (!shown) throw new Error('no form');
    return shown;
  }

  it('lists what fits and what may, each once, with the question after them', async () => {
    const node = await show(ELIGIBILITY, '符合的有：\n1. 专利质押：您要办贷款');
    expect(all('fit').map((fit) => fit.textContent)).toEqual([
      '专利质押嘉定区 · 您要办贷款；就是嘉定区的措施',
      '招工服务您要办招工用工',
      '中小企业贷款青浦区 · 企业有多大',
    ]);
    const words = node.querySelector('.bubble')?.textContent ?? '';
    expect(words.startsWith('按您说的算：嘉定区、汽车产业。符合的')).toBe(true);
    expect(words.endsWith('再问一句：企业有多大？')).toBe(true);
    expect(words.split('专利质押')).toHaveLength(2);
    expect(all('button-option').map((button) => button.textContent)).toContain('小型企业');
  });

  it('shows how far a checklist has come beside its words', async () => {
    const node = await show(CHECKLIST, '第 2 步：招牌');
    const [bar] = all('progress');
    expect(bar?.getAttribute('aria-label')).toBe('第 2 步，共 8 步');
    expect(bar?.querySelectorAll('i.done')).toHaveLength(2);
    expect(node.querySelector('.bubble')?.textContent).toContain('第 2 步：招牌');
  });

  it('shows the words alone when there is nothing to list, and never as markup', async () => {
    const node = await show({ form: 'eligibility', step: 1, entries: [], question: '问' }, '<b>您最想办成什么</b>');
    expect(all('fit')).toHaveLength(0);
    expect(node.querySelector('.bubble')?.textContent).toBe('<b>您最想办成什么</b>');
  });
});
