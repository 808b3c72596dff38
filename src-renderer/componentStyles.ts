/**
 * The components (naive-ui, by css-render) bring their rules as style elements while the page runs, and the page's policy lets no style
 * element in: whoever could write one into the page could make it look like anything. So what the components bring is put, rule by rule, where
 * the element would have stood: before the rules of the page's own style sheet.
 */
export const takeComponentStyles = (): void => {
  const { head } = document;
  const insertBefore = head.insertBefore.bind(head);
  head.insertBefore = <T extends Node>(node: T, before: Node | null): T => {
    const id = node instanceof HTMLStyleElement ? node.getAttribute('cssr-id') : null;
    if (id === null) return insertBefore(node, before);
    addRules(node.textContent ?? '');
    insertBefore(markOf(id), before);
    return node;
  };
};

/** What css-render finds in the place of its element: of the same name, and nothing that a browser knows. */
const markOf = (id: string): Element => {
  const mark = document.createElementNS('urn:esam-lab', 'style');
  mark.setAttribute('cssr-id', id);
  return mark;
};

/** As css-render does with its elements: what comes later stands first. */
const addRules = (text: string): void => {
  const [sheet] = document.styleSheets;
  if (sheet === undefined) throw new Error('The page has no style sheet of its own.');
  let index = 0;
  for (const rule of rulesOf(text)) {
    try {
      sheet.insertRule(rule, index);
      index++;
    } catch {
      // One that this Chromium does not know: a style element would be read on after it, too.
    }
  }
};

/** The outermost rules of a style sheet as css-render writes it: no braces in comments or texts. */
export const rulesOf = (text: string): string[] => {
  const rules: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] !== '}' || --depth > 0) continue;
    rules.push(text.slice(from, at + 1).trim());
    from = at + 1;
  }
  return rules;
};
