/** What the knowledge base gives, as text for a reply. */
import type { Citation, KnowledgeResult } from '../api/types';

/** A law is cited by the bare number of its article, a document by the words of its section. */
function sectionText(section: string | null): string | null {
  return section && /^\d+$/.test(section) ? `第${section}条` : section;
}

/** One line naming the source: 《document》（number），section，date. */
export function citationText(citation: Citation): string {
  const title = `《${citation.document.replace(/^《|》$/g, '')}》`;
  const number = citation.number ? `（${citation.number}）` : '';
  return [title + number, sectionText(citation.section), citation.date].filter(Boolean).join('，');
}

/** Answer and source, as the visitor is sent them. */
export function replyText(result: KnowledgeResult, sourceLabel: string): string {
  const answer = result.answer.trim();
  return result.citation ? `${answer}\n${sourceLabel}${citationText(result.citation)}` : answer;
}

/** Puts a text into a draft: after what is there, a paragraph apart. */
export function insertInto(draft: string, text: string): string {
  const head = draft.trimEnd();
  return head === '' ? text : `${head}\n\n${text}`;
}
