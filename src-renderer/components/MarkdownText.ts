import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { computed, defineComponent, h, type VNodeChild } from 'vue';

type Nodes = ReturnType<typeof fromMarkdown>['children'][number];

type TableNode = Extract<Nodes, { type: 'table' }>;

const tags: Partial<Record<Nodes['type'], string>> = {
  ...{ paragraph: 'p', emphasis: 'em', strong: 'strong', blockquote: 'blockquote', listItem: 'li' },
};
const children = (node: { readonly children: readonly Nodes[] }): VNodeChild[] => node.children.map(drawn);

/** A table in a box of its own, in which a wide one scrolls. As on GitHub its head says how many columns there are. */
const table = ({ children: [head, ...rows], align }: TableNode): VNodeChild => {
  const line = (row: TableNode['children'][number] | undefined, tag: 'th' | 'td'): VNodeChild =>
    h(
      'tr',
      head?.children.map((_, column) => {
        const cell = row?.children[column];
        return h(tag, { style: { textAlign: align?.[column] ?? undefined } }, cell && children(cell));
      }),
    );
  const lines = rows.map((row) => line(row, 'td'));
  return h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Table' }, [
    h('table', [h('thead', [line(head, 'th')]), h('tbody', lines)]),
  ]);
};

/** Only what is named here is drawn: HTML in a note stays text, images are not fetched, and links go to the web only. */
const drawn = (node: Nodes): VNodeChild => {
  switch (node.type) {
    case 'text':
    case 'html':
      return node.value;
    case 'inlineCode':
      return h('code', node.value);
    case 'code':
      return h('pre', h('code', node.value));
    case 'break':
      return h('br');
    case 'thematicBreak':
      return h('hr');
    case 'heading':
      return h('h3', children(node));
    case 'list':
      return h(node.ordered === true ? 'ol' : 'ul', children(node));
    case 'table':
      return table(node);
    case 'link': {
      const isWeb = /^https?:/.test(node.url);
      return isWeb ? h('a', { href: node.url, target: '_blank', rel: 'noreferrer' }, children(node)) : children(node);
    }
    case 'image':
      return node.alt ?? '';
    default:
      return 'children' in node ? h(tags[node.type] ?? 'span', children(node)) : '';
  }
};

const syntax = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] };

/** Markdown as elements, with tables as GitHub writes them. */
export const MarkdownText = defineComponent({
  props: { text: { type: String, required: true } },
  setup: (props) => {
    const root = computed(() => fromMarkdown(props.text, syntax));
    return () => h('div', { class: 'markdown selectable' }, children(root.value));
  },
});
