import { fromMarkdown } from 'mdast-util-from-markdown';
import { computed, defineComponent, h, type VNodeChild } from 'vue';

type Nodes = ReturnType<typeof fromMarkdown>['children'][number];

const tags: Partial<Record<Nodes['type'], string>> = {
  ...{ paragraph: 'p', emphasis: 'em', strong: 'strong', blockquote: 'blockquote', listItem: 'li' },
};
const children = (node: { readonly children: readonly Nodes[] }): VNodeChild[] => node.children.map(drawn);

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

/** Markdown as elements. */
export const MarkdownText = defineComponent({
  props: { text: { type: String, required: true } },
  setup: (props) => {
    const root = computed(() => fromMarkdown(props.text));
    return () => h('div', { class: 'markdown selectable' }, children(root.value));
  },
});
