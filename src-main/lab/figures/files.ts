import { drawFigure } from '../../../shared/figures/draw.ts';
import type { ColumnWidth, Figure, FigureFormat } from '../../../shared/figures/figure.ts';
import type { LabFile } from '../../../shared/file.ts';
import { svg } from '../../../shared/figures/svg.ts';
import { escapeLatex } from '../export/latex.ts';
import { figureData } from './data.ts';
import { png } from './png.ts';

interface FigureFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly content: string | Uint8Array;
}

/** What a paper includes: needs graphicx, and the PDF (or PNG) beside it. */
const latex = ({ id, caption }: Figure, column: ColumnWidth): string => {
  const [environment, width] = column === 'single' ? ['figure', '\\columnwidth'] : ['figure*', '\\textwidth'];
  return [
    '% \\usepackage{graphicx}',
    `\\begin{${environment}}[t]`,
    '  \\centering',
    `  \\includegraphics[width=${width}]{${id}}`,
    `  \\caption{${escapeLatex(caption)}}`,
    `  \\label{fig:${id}}`,
    `\\end{${environment}}\n`,
  ].join('\n');
};

/** A figure in one format for papers, without a window and without fonts of the machine. */
const figureFile = async (figure: Figure, format: FigureFormat, column: ColumnWidth): Promise<FigureFile> => {
  const scene = drawFigure(figure, column);
  switch (format) {
    case 'svg':
      return { fileName: `${figure.id}.svg`, mediaType: 'image/svg+xml', content: svg(scene, figure.caption) };
    case 'png':
      return { fileName: `${figure.id}.png`, mediaType: 'image/png', content: await png(svg(scene, figure.caption)) };
    case 'pdf': {
      const { pdf } = await import('./pdf.ts'); // only now: its fonts' library takes long to load
      return { fileName: `${figure.id}.pdf`, mediaType: 'application/pdf', content: await pdf(scene, figure.caption) };
    }
    case 'latex':
      return { fileName: `${figure.id}.tex`, mediaType: 'application/x-tex', content: latex(figure, column) };
    case 'csv':
      return { fileName: `${figure.id}.csv`, mediaType: 'text/csv', content: figureData(figure) };
  }
};

/**
 * The same, as it goes to the window.
 * @param stem - what the file's name begins with, and that of the picture that the LaTeX includes; absent: the figure's own name is all of it.
 */
export const labFile = async (
  figure: Figure,
  format: FigureFormat,
  column: ColumnWidth,
  stem?: string,
): Promise<LabFile> => {
  const named = stem === undefined ? figure : { ...figure, id: `${stem}-${figure.id}` };
  const { fileName, mediaType, content } = await figureFile(named, format, column);
  return { fileName, mediaType, base64: Buffer.from(content).toString('base64') };
};
